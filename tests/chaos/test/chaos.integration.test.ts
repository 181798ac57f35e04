/** A short mix of faults on servers of its own, for every run of the tests. `npm run chaos` has all of them, and three brokers. */
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { faults, together } from '../src/faults.ts';
import { explanationOf } from '../src/report.ts';
import { runTrial } from '../src/run-trial.ts';

const mix = ['poison', 'kill-agent', 'flushall'];

test('poison, kill -9 of an instance of each agent and FLUSHALL, under load: nothing lost, nothing twice, keys in order', async () => {
  const parts = faults.filter(({ name }) => mix.includes(name));
  const result = await runTrial(together(parts, 4_000), {
    dataDir: resolve(import.meta.dirname, '../../../.muster/chaos/ci'),
    brokers: 1,
    rate: 100,
    keys: 60,
    seed: 1,
    seconds: 20,
    steadyMs: 5_000,
    afterMs: 10_000,
    keep: false,
    signal: new AbortController().signal,
    log: () => undefined,
  });
  expect([result.verdict.violations.length, result.troubles.length], explanationOf(result)).toEqual([0, 0]);
  expect(result.verdict.inputs).toBeGreaterThan(1_500);
}, 180_000);
