import { describe, expect, it } from 'vitest';
import { judgeKafka } from './check-kafka.ts';
import { judgeSystem } from './check-system.ts';

describe('kafka', () => {
  const admin = {
    topics: () => Promise.resolve([{ topic: 'orders', partitions: 2 }]),
    offsets: () =>
      Promise.resolve([
        { partition: 0, beginning: 100, end: 250 },
        { partition: 1, beginning: 0, end: 50 },
      ]),
    committed: () => Promise.resolve([{ topic: 'orders', partition: 0, offset: 40 }]),
  };

  it('counts how far a group is behind; what retention took counts no more', async () => {
    const orders = { topics: ['orders'], group: 'billing' };
    expect(await judgeKafka(admin, { ...orders, mostLag: 200 }, 'k:1')).toEqual({
      outcome: 'PASS',
      reason: '',
      value: 200,
      unit: 'messages',
    });
    expect(await judgeKafka(admin, { ...orders, mostLag: 199 }, 'k:1')).toMatchObject({
      outcome: 'WARN',
      reason: 'the group billing is 200 messages behind (limit 199)',
    });
  });

  it('misses topics', async () => {
    expect(await judgeKafka(admin, { topics: ['orders', 'returns'] }, 'k:1')).toMatchObject({
      outcome: 'FAIL',
      reason: 'k:1 has no topic returns',
    });
    expect(await judgeKafka(admin, {}, 'k:1')).toMatchObject({ outcome: 'PASS' });
  });
});

it('says what of a machine is too full', () => {
  expect(judgeSystem({ cpu: 99, memory: 50, disk: 91.04 }, {})).toEqual({
    outcome: 'WARN',
    reason: 'the processors are 99 % full (limit 95 %), the disk of / is 91 % full (limit 90 %)',
    value: 99,
    unit: '%',
  });
  expect(judgeSystem({ cpu: 99, memory: 50, disk: 91.04 }, { cpuPercent: 100, diskPercent: 95 })).toMatchObject({
    outcome: 'PASS',
    value: 99,
  });
});
