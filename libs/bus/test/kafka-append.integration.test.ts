import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { KAFKA_CLIENTS } from '../src/kafka-log.ts';
import { RecordRefusedError } from '../src/log.ts';
import { numbered, sceneOf, text, valuesOf } from './conformance/scene.ts';
import { realCluster } from './kafka/real-cluster.ts';

const reasonOf = ({ reason }: PromiseRejectedResult): unknown => reason;

describe.each(KAFKA_CLIENTS)('appending to Kafka by %s', { timeout: 40_000 }, (client) => {
  const cluster = realCluster(client);
  const scene = sceneOf((clientId) => cluster.connect(clientId), 20_000);
  afterEach(() => scene.clear());
  afterAll(() => cluster.close());

  test('refuses only the append whose record the topic does not take; its neighbours in the request are stored once', async () => {
    const topic = await cluster.topic(2, { 'max.message.bytes': '2000' });
    const log = scene.connect();
    const record = (value: string, size = 0) => ({
      topic,
      partition: 0,
      key: 'k',
      value: text(value.padEnd(size, '.')),
    });
    const results = await Promise.allSettled([
      ...['a', 'b', 'c'].map((value) => log.append([record(value)])),
      log.append([record('too large', 3_000)]),
      ...['d', 'e'].map((value) => log.append([record(value)])),
      log.append([{ topic, partition: 1, key: 'k', value: text('elsewhere') }]),
    ]);
    const rejected = results.filter((result) => result.status === 'rejected');
    expect(rejected.map(reasonOf)).toEqual([expect.any(RecordRefusedError)]);
    expect(rejected.map(reasonOf)).toMatchObject([{ code: 'too-large' }]);
    expect(results[3]!.status).toBe('rejected');
    await log.append([record('last')]);
    const read = await scene.readAll(log, topic, 7);
    const of = (partition: number) => valuesOf(read.filter((at) => at.partition === partition));
    expect(of(0)).toEqual(['a', 'b', 'c', 'd', 'e', 'last']);
    expect(of(1)).toEqual(['elsewhere']);
  });

  test('splits what is too large only together', async () => {
    const topic = await cluster.topic(1, { 'max.message.bytes': '2000' });
    const log = scene.connect();
    const records = Array.from({ length: 30 }, (_, i) => ({
      topic,
      key: null,
      value: text(String(i).padEnd(500, '.')),
    }));
    await Promise.all(records.map((record) => log.append([record])));
    const read = await scene.readAll(log, topic, 30);
    expect(valuesOf(read)).toEqual(valuesOf(records as never));
  });

  test('gathers appends of one moment into few requests, and keeps their order', async () => {
    const topic = await cluster.topic(1);
    const log = scene.connect();
    const records = numbered(topic, 0, 2_500);
    await Promise.all(records.map((record) => log.append([record])));
    const read = await scene.readAll(log, topic, records.length);
    expect(valuesOf(read)).toEqual(valuesOf(records as never));
    // With LogAppendTime, records of one batch share a time: few batches, few times.
    expect(new Set(read.map(({ timestamp }) => timestamp)).size).toBeLessThan(10);
  });

  test('goes on for other topics when one it has used is deleted, and refuses that one', async () => {
    const [doomed, other] = [await cluster.topic(1), await cluster.topic(1)];
    const log = scene.connect();
    await log.append([...numbered(doomed, 0, 1), ...numbered(other, 0, 1)]);
    await log.admin.deleteTopics([doomed]);
    await expect(log.append(numbered(doomed, 0, 1))).rejects.toMatchObject({ code: 'unknown-topic' });
    await log.append(numbered(other, 0, 1));
    expect(await scene.readAll(log, other, 2)).toHaveLength(2);
  });

  test.each(['gzip', 'zstd'] as const)('compresses by %s when told to', async (compression) => {
    const topic = await cluster.topic(1);
    const log = cluster.connect(cluster.unique('client'), { compression });
    const records = numbered(topic, 0, 50, 'the same words again and again ');
    await log.append(records);
    expect(valuesOf(await scene.readAll(log, topic, 50))).toEqual(valuesOf(records as never));
  });
});
