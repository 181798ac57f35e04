/** What is measured of the shop: samples that monitoring hears, and the rule by which it calls them too high. */
import type { World } from '@muster/testkit';
import type { Cure } from './loop-plan.ts';
import type { Voice } from '../voice.ts';

const metricOf: Readonly<Record<Cure, string>> = { restart: 'latency_ms', scale: 'cpu', nothing: 'errors' };
/** Above this a value is too high; it is far below when all is well. */
export const tooHigh = 500;
export const highRule = { policyId: 'levels', ruleId: 'too-high' };

const everyMs = 4_000;
/** So long it is measured after a change, so that the change can be noticed. */
const afterwardsMs = { well: 15_000, unwell: 25_000 };

export interface Gauges {
  /** A target broke or is well again: it is measured for a while. */
  changed(target: string, isHealthy: boolean, cure: Cure): void;
  /** What is still being measured. */
  readonly running: readonly string[];
}

interface Gauge {
  readonly target: string;
  readonly name: string;
  isHealthy: boolean;
  until: number;
}

/** @param series measured for the first so many ms, whatever happens */
export function gaugesOn(
  voice: Voice,
  { time, random }: World,
  series: readonly { readonly target: string; readonly cure: Cure }[],
  firstMs: number,
): Gauges {
  voice.say('muster.policies.v1', {
    policyId: highRule.policyId,
    version: 1,
    agent: 'monitoring',
    rules: [
      {
        ruleId: highRule.ruleId,
        when: `value > ${tooHigh}.0`,
        verdict: 'ALERT',
        severity: 'CRITICAL',
        title: '{name} of {target} is too high',
      },
    ],
  });
  const gauges = new Map<string, Gauge>();
  const measure = (gauge: Gauge): void => {
    const { target, name, isHealthy } = gauge;
    const now = time.now();
    const value = (isHealthy ? 100 : 1_000) * random.between(0.98, 1.02);
    voice.say('muster.metrics.v1', { target, name, value, at: now }, { order: `metric ${target}/${name}` });
    if (now < gauge.until) time.after(everyMs * random.between(0.9, 1.1), () => measure(gauge));
    else gauges.delete(`${target}/${name}`);
  };
  const run = (target: string, cure: Cure, isHealthy: boolean, forMs: number): void => {
    const name = metricOf[cure];
    const id = `${target}/${name}`;
    const until = time.now() + forMs;
    const known = gauges.get(id);
    if (known !== undefined) return void Object.assign(known, { isHealthy, until: Math.max(known.until, until) });
    const gauge = { target, name, isHealthy, until };
    gauges.set(id, gauge);
    time.after(random.between(0, 2_000), () => measure(gauge));
  };
  for (const { target, cure } of series) run(target, cure, true, firstMs);
  return {
    changed: (target, isHealthy, cure) =>
      run(target, cure, isHealthy, isHealthy ? afterwardsMs.well : afterwardsMs.unwell),
    get running() {
      return [...gauges.keys()];
    },
  };
}
