import type { ClusterCondition } from '@muster/bus';
import { describe, expect, it } from 'vitest';
import { judgeKafka } from './check-kafka.ts';
import { judgeSystem } from './check-system.ts';

describe('kafka', () => {
  const orders = { topic: 'orders', partitions: 2, offline: [], outOfSync: [] };
  const adminOf = (over: Partial<ClusterCondition> = {}) => ({
    condition: (names?: readonly string[]) => {
      const { topics = [orders], brokers = 3, hasController = true } = over;
      const asked = topics.filter(({ topic }) => names?.includes(topic) ?? true);
      return Promise.resolve({ brokers, hasController, topics: asked });
    },
    offsets: () =>
      Promise.resolve([
        { partition: 0, beginning: 100, end: 250 },
        { partition: 1, beginning: 0, end: 50 },
      ]),
    committed: () => Promise.resolve([{ topic: 'orders', partition: 0, offset: 40 }]),
  });
  const billing = { topics: ['orders'], group: 'billing' };

  it('counts how far a group is behind, with a limit for each status; what retention took counts no more', async () => {
    expect(await judgeKafka(adminOf(), { ...billing, mostLag: 200 }, 'k:1')).toEqual({
      outcome: 'PASS',
      reason: '',
      value: 200,
      unit: 'messages',
    });
    expect(await judgeKafka(adminOf(), { ...billing, mostLag: 199 }, 'k:1')).toMatchObject({
      outcome: 'WARN',
      reason: 'the group billing is 200 messages behind (limit 199)',
    });
    expect(await judgeKafka(adminOf(), { ...billing, mostLag: 100, failLag: 199 }, 'k:1')).toMatchObject({
      outcome: 'FAIL',
      reason: 'the group billing is 200 messages behind (limit 199)',
      value: 200,
    });
  });

  it('misses topics', async () => {
    expect(await judgeKafka(adminOf(), { topics: ['orders', 'returns'] }, 'k:1')).toMatchObject({
      outcome: 'FAIL',
      reason: 'k:1 has no topic returns',
    });
    expect(await judgeKafka(adminOf(), {}, 'k:1')).toMatchObject({ outcome: 'PASS', value: 3, unit: 'brokers' });
  });

  it('misses brokers, and the controller', async () => {
    const { outcome, reason } = await judgeKafka(adminOf({ brokers: 2 }), { brokers: 3 }, 'k:1');
    expect([outcome, reason]).toEqual(['WARN', 'k:1 has 2 of 3 brokers up']);
    expect(await judgeKafka(adminOf({ hasController: false }), {}, 'k:1')).toMatchObject({
      outcome: 'FAIL',
      reason: 'k:1 has no controller',
    });
  });

  it('finds partitions that nobody leads, and those with replicas out of sync, of the topics that are named', async () => {
    const returns = { topic: 'returns', partitions: 9, offline: [1], outOfSync: [2, 3, 4, 5, 6, 7, 8] };
    const admin = adminOf({ topics: [{ ...orders, outOfSync: [1] }, returns], brokers: 2 });
    expect((await judgeKafka(admin, { brokers: 3 }, 'k:1')).reason).toBe(
      'k:1 has partitions that nobody leads: returns/1, has 2 of 3 brokers up, ' +
        'has partitions with replicas out of sync: orders/1, returns/2, returns/3, returns/4, returns/5 (and 3 more)',
    );
    expect(await judgeKafka(admin, { ...billing, mostLag: 100 }, 'k:1')).toMatchObject({
      outcome: 'WARN',
      reason:
        'the group billing is 200 messages behind (limit 100), k:1 has partitions with replicas out of sync: orders/1',
    });
  });
});

it('says what of a machine is too full', () => {
  expect(judgeSystem({ cpu: 99, memory: 50, disk: 91.04, load: 4.25 }, {})).toEqual({
    outcome: 'WARN',
    reason:
      'the processors are 99 % full (limit 95 %), the disk of / is 91 % full (limit 90 %), the load is 4.3 for each processor (limit 4)',
    value: 99,
    unit: '%',
  });
  expect(
    judgeSystem({ cpu: 99, memory: 50, disk: 91.04, load: 4.25 }, { cpuPercent: 100, diskPercent: 95, loadPerCpu: 5 }),
  ).toMatchObject({
    outcome: 'PASS',
    value: 99,
  });
});
