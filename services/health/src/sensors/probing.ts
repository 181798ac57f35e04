import type { Io, Publication } from '@muster/agent';
import type { CheckResultInput } from '@muster/schemas';
import { performCheck } from '../checks/perform-check.ts';
import { mergeTargets, targetsFile } from '../declared-targets.ts';
import { schedule, type Schedule, type ScheduleFigures } from '../schedule.ts';
import type { Settings } from '../settings.ts';
import { ownTarget } from '../telling.ts';
import { watchTopology, type TopologyWatch } from '../topology-watch.ts';

/** What the sensor reaches the world with; tests give it another world. */
export interface World {
  readonly perform: Parameters<typeof schedule>[0]['perform'];
  watchTopology(warn: (fault: string) => void): TopologyWatch;
}

export const realWorld: World = { perform: performCheck, watchTopology };

const lookAtFileEveryMs = 2_000;
const tellOfSelfEveryMs = 10_000;
const mostLateMs = 5_000;

/** Checks what is declared, for as long as it is asked: what was found since the last time. Each instance that runs has a schedule of its own. */
export function probing(
  world: World,
): (io: Io<Settings>) => Promise<readonly Publication<'muster.check-results.v1'>[]> {
  const running = new WeakMap<AbortSignal, () => CheckResultInput[]>();
  return (io) => {
    const take = running.get(io.signal) ?? startProbing(world, io);
    running.set(io.signal, take);
    return Promise.resolve(take().map((value) => ({ topic: 'muster.check-results.v1', value })));
  };
}

function startProbing(world: World, { config, signal, log }: Io<Settings>): () => CheckResultInput[] {
  const plan: Schedule = schedule({ perform: world.perform, checksAtOnce: config.checksAtOnce });
  const file = targetsFile(config.targetsFile);
  const warn = (fault: string): void => log.warn({ fault }, 'the topology can not be read');
  const topology = config.topologyChecks ? world.watchTopology(warn) : undefined;
  let topologyVersion = -1;
  let problems: readonly string[] = [];
  let lookedAt = 0;
  let toldAt = Date.now();

  const look = (): void => {
    lookedAt = Date.now();
    const declared = file.read();
    const version = topology?.version ?? 0;
    if (!declared.hasChanged && version === topologyVersion) return;
    topologyVersion = version;
    const merged = mergeTargets(declared.targets, topology?.targets.values() ?? []);
    problems = [...declared.problems, ...merged.problems];
    for (const problem of problems) log.warn({ problem }, 'a check is not declared as it should be');
    plan.declare(merged.targets);
  };
  signal.addEventListener('abort', () => {
    plan.stop();
    void topology?.stop();
  });
  return () => {
    if (Date.now() - lookedAt >= lookAtFileEveryMs) look();
    const found = plan.take();
    if (Date.now() - toldAt < tellOfSelfEveryMs) return found;
    toldAt = Date.now();
    return [...found, ...ownResults(plan.figures(), problems, toldAt)];
  };
}

/** What health says of itself, as of any other target. */
function ownResults(
  { lateP99Ms, targets, checks }: Pick<ScheduleFigures, 'lateP99Ms' | 'targets' | 'checks'>,
  problems: readonly string[],
  at: number,
): CheckResultInput[] {
  const own = {
    target: ownTarget,
    kind: 'self',
    checkedAt: at,
    everyMs: tellOfSelfEveryMs,
    failAfter: 3,
    recoverAfter: 2,
  };
  const isLate = lateP99Ms > mostLateMs;
  const late = `checks of ${targets} targets begin up to ${Math.round(lateP99Ms / 1_000)} s late`;
  const wrong = `${problems.slice(0, 3).join('; ')}${problems.length > 3 ? ` (and ${problems.length - 3} more)` : ''}`;
  return [
    {
      ...own,
      check: 'schedule',
      outcome: isLate ? 'WARN' : 'PASS',
      reason: isLate ? late : '',
      value: lateP99Ms,
      unit: 'ms',
    },
    {
      ...own,
      check: 'targets',
      outcome: problems.length > 0 ? 'WARN' : 'PASS',
      reason: wrong,
      value: checks,
      unit: 'checks',
    },
  ];
}
