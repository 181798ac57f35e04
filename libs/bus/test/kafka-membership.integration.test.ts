import kafkajs from 'kafkajs';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { KAFKA_CLIENTS } from '../src/kafka-log.ts';
import type { LogRecord } from '../src/log.ts';
import { fromBeginning, numbered, sceneOf, valuesOf } from './conformance/scene.ts';
import type { ObservedMember } from './conformance/scene.ts';
import { realCluster } from './kafka/real-cluster.ts';
import { deleteRecordsBelow } from './kafka/records-gone.ts';

/** The shortest Kafka allows by default. */
const sessionTimeoutMs = 6_000;

describe.each(KAFKA_CLIENTS)('a member of a group on Kafka by %s', { timeout: 60_000 }, (client) => {
  const cluster = realCluster(client);
  const warnings: string[] = [];
  const scene = sceneOf(
    (clientId) =>
      cluster.connect(clientId, { logger: (level, message) => void (level === 'warn' && warnings.push(message)) }),
    25_000,
  );
  const holds = (member: ObservedMember, partitions: number) =>
    scene.eventually(() => expect(member.holding?.partitions).toHaveLength(partitions));
  afterEach(async () => {
    warnings.length = 0;
    await scene.clear();
  });
  afterAll(() => cluster.close());

  test('stays one while everything is paused, longer than its session', async () => {
    const topic = await cluster.topic(2);
    const member = await scene.join(scene.connect(), {
      group: cluster.unique('group'),
      topics: [topic],
      sessionTimeoutMs,
    });
    await holds(member, 2);
    const pausedAt = Date.now();
    member.membership.pause(member.holding!.topicPartitions);
    await scene.eventually(() =>
      expect(member.membership.confirmedAt - pausedAt).toBeGreaterThan(sessionTimeoutMs + 3_000),
    );
    expect(member.heard.map(({ kind }) => kind)).toEqual(['assigned', 'settled']);
    await member.membership.commit(member.holding!.generation, []);
  });

  test('stays one while its listener takes longer than its session to say where to start', async () => {
    const topic = await cluster.topic(1);
    const log = scene.connect();
    await log.append(numbered(topic, 0, 3));
    const gate = Promise.withResolvers<void>();
    const joinedAt = Date.now();
    const member = await scene.join(
      log,
      { group: cluster.unique('group'), topics: [topic], sessionTimeoutMs },
      async (...args) => {
        await gate.promise;
        return fromBeginning(...args);
      },
    );
    await scene.eventually(() =>
      expect(member.membership.confirmedAt - joinedAt).toBeGreaterThan(sessionTimeoutMs + 3_000),
    );
    expect(member.membership.deliveredThrough).toBe(0);
    gate.resolve();
    await scene.eventually(() => expect(valuesOf(member.records)).toEqual(['0:0', '0:1', '0:2']));
    expect(member.heard.map(({ kind }) => kind)).toEqual(['assigned', 'settled']);
  });

  test('hears of a rebalance within two seconds', async () => {
    const topic = await cluster.topic(2);
    const options = { group: cluster.unique('group'), topics: [topic] };
    const first = await scene.join(scene.connect(), options);
    await holds(first, 2);
    const askedAt = Date.now();
    await scene.join(scene.connect(), options);
    await scene.eventually(() => expect(first.heard.some(({ kind }) => kind === 'revoked')).toBe(true));
    expect(Date.now() - askedAt).toBeLessThan(2_000);
  });

  test('keeps partition numbers where they were, as far as they can be shared evenly', async () => {
    const topic = await cluster.topic(6);
    const options = { group: cluster.unique('group'), topics: [topic] };
    const members = [await scene.join(scene.connect(), options), await scene.join(scene.connect(), options)];
    await scene.eventually(() => expect(members.map(({ holding }) => holding?.partitions.length)).toEqual([3, 3]));
    const before = members.map(({ holding }) => holding!.partitions);
    members.push(await scene.join(scene.connect(), options));
    await scene.eventually(() => expect(members.map(({ holding }) => holding?.partitions.length)).toEqual([2, 2, 2]));
    for (const [i, partitions] of before.entries()) {
      expect(partitions).toEqual(expect.arrayContaining([...members[i]!.holding!.partitions]));
    }
  });

  test('reads from what is left, and says what is gone, when retention has overtaken its offset', async () => {
    const topic = await cluster.topic(1);
    const log = scene.connect();
    await log.append(numbered(topic, 0, 10));
    await deleteRecordsBelow(cluster.brokers, { topic, partition: 0, offset: 6 });
    const member = await scene.join(log, { group: cluster.unique('group'), topics: [topic] }, ({ topicPartitions }) =>
      Promise.resolve(topicPartitions.map((of) => ({ ...of, at: 'offset' as const, offset: 2 }))),
    );
    await scene.eventually(() => expect(valuesOf(member.records)).toEqual(['0:6', '0:7', '0:8', '0:9']));
    expect(warnings).toContainEqual(expect.stringMatching(`Records 2 to 5 of ${topic}/0 are no longer in the log`));
  });

  test('does the same when retention overtakes it while it is paused, and commits nothing by itself', async () => {
    const topic = await cluster.topic(2);
    const log = scene.connect();
    const group = cluster.unique('group');
    await log.append([...numbered(topic, 0, 3), ...numbered(topic, 1, 3)]);
    const member = await scene.join(log, { group, topics: [topic] });
    await scene.eventually(() => expect(member.records).toHaveLength(6));
    member.membership.pause([{ topic, partition: 0 }]);
    await log.append([...numbered(topic, 0, 5, 'late'), ...numbered(topic, 1, 1, 'late')]);
    await deleteRecordsBelow(cluster.brokers, { topic, partition: 0, offset: 6 });
    member.membership.resume([{ topic, partition: 0 }]);
    const late = (records: readonly LogRecord[]) =>
      valuesOf(records)
        .filter((value) => value.startsWith('late'))
        .toSorted();
    await scene.eventually(() => expect(late(member.records)).toEqual(['late0', 'late3', 'late4']));
    expect(warnings).toContainEqual(expect.stringMatching(`Records 3 to 5 of ${topic}/0 are no longer in the log`));
    expect(await log.admin.committed(group, [topic])).toEqual([]);
    expect(member.heard.map(({ kind }) => kind)).toEqual(['assigned', 'settled']);
  });

  test('is refused when its settings make no sense', async () => {
    const topic = await cluster.topic(1);
    const options = { group: cluster.unique('group'), topics: [topic], sessionTimeoutMs: 100 };
    await expect(scene.join(scene.connect(), options)).rejects.toThrow(/no room for a heartbeat/);
  });

  test('is lost, once, when its listener throws: what it was told would be skipped', async () => {
    const topic = await cluster.topic(1);
    const log = scene.connect();
    await log.append(numbered(topic, 0, 2));
    const lost: string[] = [];
    await log.join({
      group: cluster.unique('group'),
      topics: [topic],
      listener: {
        assigned: ({ topicPartitions }) =>
          Promise.resolve(topicPartitions.map((of) => ({ ...of, at: 'beginning' as const }))),
        revoked: () => undefined,
        records() {
          throw new Error('a bug in the listener');
        },
        lost: ({ message }) => void lost.push(message),
      },
    });
    await scene.eventually(() => expect(lost).toEqual(['a bug in the listener']));
  });

  test('is lost, once, when no waiting can help: the group belongs to another kind of consumer', async () => {
    const topic = await cluster.topic(1);
    const group = cluster.unique('group');
    const foreign = new kafkajs.Kafka({ brokers: [...cluster.brokers], logLevel: kafkajs.logLevel.NOTHING }).consumer({
      groupId: group,
    });
    await foreign.connect();
    await foreign.subscribe({ topics: [topic] });
    await foreign.run({ eachMessage: () => Promise.resolve() });
    await scene.eventually(async () =>
      expect(await cluster.admin.groups()).toContainEqual({ group, members: 1, state: 'Stable' }),
    );
    const member = await scene.join(scene.connect(), { group, topics: [topic] });
    await scene.eventually(() => expect(member.heard.map(({ kind }) => kind)).toEqual(['lost']));
    await foreign.disconnect();
  });
});
