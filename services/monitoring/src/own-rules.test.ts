import type { MetricSample } from '@muster/schemas';
import { beforeEach, describe, expect, it } from 'vitest';
import { drive, policyOf, type Drive } from '../test/drive.ts';
import { keepTallies } from './rule-tally.ts';
import { senseRuleUsage } from './sensors/rule-usage.ts';

beforeEach(() => keepTallies(new Set()));

const quarterMs = 600_000;

/** Lets the sensor of one process report, as the runtime does. */
async function report(run: Drive, warned: object[] = []): Promise<void> {
  const log = { info: () => {}, warn: (facts: object) => void warned.push(facts) };
  const io = { config: {} as never, signal: new AbortController().signal, now: () => run.now, log };
  for (const { value } of await senseRuleUsage(io)) run.sample({ unit: '', ...value });
}

async function day(run: Drive, hours: number, everyTime: () => void, warned: object[] = []): Promise<void> {
  for (let index = 0; index < hours * 6; index += 1) {
    run.until(run.now + quarterMs);
    everyTime();
    await report(run, warned);
  }
}

const changes = (run: Drive): string[] =>
  run.told
    .filter(({ target }) => target === 'muster/monitoring')
    .map(({ status, severity, title }) => `${status} ${severity} ${title}`);

describe('what the mesh counts about itself', () => {
  const own: Partial<MetricSample> = { target: 'muster/correlation', name: 'alerts_heard', unit: '', category: 'MESH' };

  it('is not learned and may stop, but rules look at it', () => {
    const run = drive();
    run.policy(policyOf([{ ruleId: 'storm', when: "name == 'alerts_heard' && value > 100000.0" }]));
    for (let index = 0; index < 400; index += 1) {
      run.until(run.now + 60_000);
      run.sample({ ...own, value: index < 390 ? 3 : 9_000 });
    }
    run.until(run.now + 600_000);
    expect(run.told).toEqual([]);
    run.sample({ ...own, value: 200_000 });
    expect(run.told.map(({ fingerprint }) => fingerprint)).toEqual(['muster\\/correlation/alerts_heard/rule/p/storm']);
  });
});

describe('a rule that matches nothing', () => {
  it('for 24 h is said, until it matches something', async () => {
    const run = drive({ absence: false });
    run.policy(policyOf([{ ruleId: 'typo', when: "name == 'latncy_ms' && value > 800.0" }]));
    await day(run, 23.5, () => run.sample({ value: 80 }));
    expect(changes(run)).toEqual([]);
    await day(run, 1.5, () => run.sample({ value: 80 }));
    expect(changes(run)).toEqual(['FIRING INFO rule typo of policy p has matched nothing for 24 h']);
    expect(run.told[0]).toMatchObject({ category: 'MESH', labels: { policyId: 'p', ruleId: 'typo' } });
    await day(run, 0.5, () => run.sample({ name: 'latncy_ms', value: 80 }));
    expect(changes(run)).toHaveLength(2);
    expect(changes(run)[1]).toMatch(/^RESOLVED INFO/);
  });

  it('in one process may match in another', async () => {
    const run = drive({ absence: false });
    run.policy(policyOf([{ ruleId: 'elsewhere', when: "name == 'other' && value > 800.0" }]));
    const elsewhere: Partial<MetricSample> = {
      target: 'muster/monitoring',
      name: 'rule_samples',
      unit: '',
      category: 'MESH',
      labels: { policyId: 'p', ruleId: 'elsewhere' },
    };
    await day(run, 30, () => run.sample({ ...elsewhere, value: 7 }));
    expect(changes(run)).toEqual([]);
  });

  it('is forgotten an hour after it was removed', async () => {
    const run = drive({ absence: false });
    run.policy(policyOf([{ ruleId: 'typo', when: "name == 'latncy_ms'" }]));
    await day(run, 25, () => run.sample({ value: 80 }));
    run.policies.remove('p');
    run.sample({ value: 80 });
    await day(run, 2, () => run.sample({ value: 80 }));
    expect(changes(run).map((change) => change.split(' ')[0])).toEqual(['FIRING', 'RESOLVED']);
  });
});

it('a rule that cannot be applied is said, with the reason in the log', async () => {
  const run = drive({ absence: false });
  run.policy(policyOf([{ ruleId: 'guess', when: "labels.route == '/cart' || value > 800.0" }]));
  const warned: object[] = [];
  await day(run, 1, () => run.sample({ value: 80 }), warned);
  expect(changes(run)).toEqual(['FIRING INFO rule guess of policy p can not be applied to 1 samples']);
  expect(warned[0]).toMatchObject({
    policyId: 'p',
    ruleId: 'guess',
    reason: expect.stringContaining('No such key: route'),
  });
  run.until(run.now + 2 * 3_600_000);
  expect(changes(run)).toHaveLength(2);
});
