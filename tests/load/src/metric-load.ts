/** The metrics of a benchmark: ordinary ones, over so many series, and marked ones, each of which raises an alert. */
import { randomUUID } from 'node:crypto';
import type { Bus, Outgoing } from '@muster/bus';

type Sample = Outgoing<'muster.metrics.v1'>;

/** Fractional part of something wild: noise that is the same in every run. */
function noise(index: number): number {
  const wild = Math.sin(index * 12.9898) * 43_758.5453;
  return wild - Math.floor(wild);
}

/** The `index`-th ordinary sample of a load over `series` series. */
export function ordinary(index: number, series: number, at: number): Sample {
  const id = randomUUID();
  return {
    topic: 'muster.metrics.v1',
    value: {
      target: `host-${index % series}`,
      name: 'cpu_percent',
      value: 40 + 10 * noise(index),
      unit: 'percent',
      at,
      labels: { zone: 'a' },
    },
    envelope: { id, time: at, source: 'bench', correlationId: id, causationId: null },
  };
}

/** A sample that raises an alert by the rule of {@link publishMarkRule}; each of a target of its own. */
export function marked(index: number, at: number): Sample {
  const id = randomUUID();
  return {
    topic: 'muster.metrics.v1',
    value: { target: `mark-${index}`, name: 'bench_value', value: 200, unit: 'ms', at },
    envelope: { id, time: at, source: 'bench', correlationId: id, causationId: null },
  };
}

/** Makes each marked sample an alert that starts at the sample's own time. */
export async function publishMarkRule(bus: Bus): Promise<void> {
  const id = randomUUID();
  const rule = {
    ruleId: 'bench',
    when: 'name == "bench_value" && value > 100.0',
    verdict: 'ALERT',
    severity: 'WARNING',
    forMs: 0,
  } as const;
  await bus.publish([
    {
      topic: 'muster.policies.v1',
      value: { policyId: 'bench', version: 1, agent: 'monitoring', rules: [rule] },
      envelope: { id, time: Date.now(), source: 'bench', correlationId: id, causationId: null },
    },
  ]);
}
