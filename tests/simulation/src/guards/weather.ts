/** Targets that go down and come up again, and the sensor that looks at them. */
import type { AgentDefinition, Io } from '@muster/agent';
import type { CheckResultInput } from '@muster/schemas';
import type { World } from '@muster/testkit';
import { dependencies, type GuardsPlan } from './guards-plan.ts';

type Outcome = 'PASS' | 'WARN' | 'FAIL';

const checkEveryMs = 5_000;
export const failAfter = 3;
export const recoverAfter = 2;
/** After the last trouble it is looked on for so long that all can be found well again. */
const afterwardsMs = 45_000;

export interface Weather {
  /** Begins: from now on targets are looked at, until `lastAt` ms later. */
  begin(): { readonly lastAt: number };
  outcomeOf(target: string): Outcome;
  readonly isOver: boolean;
}

/** @param troubleMs when the last fault is over, after the beginning; what clocks are ahead counts as well */
export function weatherOf({ outages }: GuardsPlan, { time }: World, troubleMs: number): Weather {
  let beganAt = Infinity;
  const lastAt = Math.max(troubleMs, ...outages.map(({ at, forMs }) => at + forMs)) + afterwardsMs;
  const ownOutcome = (target: string): Outcome => {
    const now = time.now() - beganAt;
    const found = outages.filter((each) => each.target === target && each.at <= now && now < each.at + each.forMs);
    const isDown = found.some(({ outcome }) => outcome === 'FAIL');
    return isDown ? 'FAIL' : found.length > 0 ? 'WARN' : 'PASS';
  };
  return {
    begin() {
      beganAt = time.now();
      return { lastAt };
    },
    outcomeOf(target) {
      // The till goes on without the shop for what it has in its drawer; the shop does not without its data.
      const isCutOff = target === 'shop' && ownOutcome('db') === 'FAIL';
      return isCutOff ? 'FAIL' : ownOutcome(target);
    },
    get isOver() {
      return time.now() < beganAt || time.now() >= beganAt + lastAt;
    },
  };
}

/** The agent with a sensor that looks at this weather: each process has a schedule of its own. */
export function withWeather(health: AgentDefinition, weather: Weather): AgentDefinition {
  const lookedAt = new Map<string, number>();
  const sense = (io: Io<unknown>) => {
    const now = io.now();
    const due = Object.keys(dependencies).filter((target) => now - (lookedAt.get(target) ?? 0) >= checkEveryMs);
    if (weather.isOver) return Promise.resolve([]);
    for (const target of due) lookedAt.set(target, now);
    return Promise.resolve(
      due.map((target) => ({ topic: 'muster.check-results.v1' as const, value: resultOf(target, weather, now) })),
    );
  };
  return { ...health, sensors: { checks: { everyMs: 1_000, sense } } };
}

function resultOf(target: string, weather: Weather, checkedAt: number): CheckResultInput {
  const outcome = weather.outcomeOf(target);
  return {
    target,
    check: 'port',
    kind: 'tcp',
    outcome,
    reason: outcome === 'PASS' ? '' : 'it does not answer as it should',
    checkedAt,
    everyMs: checkEveryMs,
    failAfter,
    recoverAfter,
    dependsOn: [...(dependencies[target] ?? [])],
  };
}
