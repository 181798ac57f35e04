/**
 * What one ordinary sample costs the handler, beside `detect` alone on the same samples. Run by hand: `npm run measure -w @muster/monitoring`.
 */
import type { HandlerContext, Outcome } from '@muster/agent';
import { detect, type DetectorState } from '@muster/analysis';
import type { Message } from '@muster/bus';
import { keyOf, type MetricSample, type Policy, type Target, type TopicName } from '@muster/schemas';
import { tableOf } from '@muster/testkit';
import { monitoring } from '../src/agent.ts';
import { settings } from '../src/settings.ts';
import { beginAt, noise, policyOf } from './drive.ts';

type Context = HandlerContext<never, never, Record<string, TopicName>>;

const seriesCount = 2_000;
const rounds = 300;
const warmUpRounds = 100;
const envelope = { id: 'e', time: beginAt, source: 'measure', correlationId: 'c', causationId: null };
const names = Array.from({ length: seriesCount }, (_, index) => `host-${index}`);
const samples = names.map((target): MetricSample => {
  const labels = { zone: 'a' };
  return { envelope, target, name: 'cpu_percent', value: 0, unit: 'percent', labels, category: 'PERFORMANCE', at: 0 };
});
const keys = samples.map((sample) => keyOf('muster.metrics.v1', sample));

function valuesOf(): () => number {
  const next = noise(7);
  return () => 40 + 5 * next();
}

/** Microseconds per sample: the median of the rounds after the warm-up, so that a busy machine shows less. */
function measure(round: (index: number, at: number, value: number) => void): number {
  const next = valuesOf();
  const micros: number[] = [];
  for (let count = 0; count < rounds + warmUpRounds; count += 1) {
    const values = Array.from({ length: seriesCount }, next);
    const beganAt = performance.now();
    for (let index = 0; index < seriesCount; index += 1) round(index, beginAt + count * 10_000 + index, values[index]!);
    if (count >= warmUpRounds) micros.push(((performance.now() - beganAt) * 1_000) / seriesCount);
  }
  return micros.toSorted((a, b) => a - b)[rounds >> 1]!;
}

function detectAlone(): number {
  const states: (DetectorState | undefined)[] = [];
  return measure((index, at, value) => {
    states[index] = detect(states[index], { at, value }).state;
  });
}

function handler(rules: number): number {
  const states: unknown[] = [];
  const policies = tableOf<Policy>(({ policyId }) => policyId);
  const targets = tableOf<Target>(({ target }) => target);
  const others = Array.from({ length: rules - 1 }, (_, index) => ({
    when: `target == "other-${index}" && value > 3.0`,
  }));
  if (rules > 0) policies.put(policyOf([{ when: 'name == "cpu_percent" && value > 99.0' }, ...others]));
  const handle = monitoring.handlers['series']!.handle as (message: Message, context: Context) => Outcome;
  const config = settings.parse({});
  let published = 0;
  const micros = measure((index, at, value) => {
    const message = {
      topic: 'muster.metrics.v1',
      key: keys[index],
      value: { ...samples[index], value, at },
      timestamp: at,
    };
    const context = {
      key: keys[index],
      state: states[index],
      now: at,
      config,
      tables: { targets, policies },
      newId: () => '',
    };
    const outcome = handle(message as unknown as Message, context as unknown as Context);
    if (outcome.kind === 'handled') {
      states[index] = outcome.state;
      published += outcome.publish?.length ?? 0;
    }
  });
  if (published > seriesCount / 100)
    throw new Error(`${published} alerts on ordinary samples: the figure means nothing`);
  return micros;
}

const line = (what: string, micros: number): void =>
  void process.stdout.write(
    `${what.padEnd(36)} ${micros.toFixed(2).padStart(6)} us a sample, ${Math.round(1e6 / micros)}/s\n`,
  );
for (let run = 1; run <= 2; run += 1) {
  line('detect alone', detectAlone());
  line('handler, no rules', handler(0));
  line('handler, 1 rule that concerns it', handler(1));
  line('handler, 100 rules, 1 concerns it', handler(100));
}
