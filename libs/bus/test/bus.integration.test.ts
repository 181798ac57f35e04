import { randomUUID } from 'node:crypto';
import type { TaskInput } from '@muster/schemas';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  createBus,
  deadLetterOf,
  deadLetterTopic,
  headerText,
  pushSchemas,
  readDeadLetter,
  registrySource,
} from '../src/index.ts';
import type { Decoded, LogRecord, TopicSpec } from '../src/index.ts';
import { realCluster } from './kafka/real-cluster.ts';

const url = process.env['SCHEMA_REGISTRY_URL'];
if (url === undefined)
  throw new Error('SCHEMA_REGISTRY_URL is not set; it names the registry integration tests run against.');

const topic = `muster.inbox.test-${randomUUID()}.v1` as const;
const group = `muster.test-${randomUUID()}`;
const cluster = realCluster();
const log = cluster.connect('bus-test');
const bus = createBus({ log, schemas: registrySource(url) });
const envelope = {
  id: randomUUID(),
  time: Date.now(),
  source: 'bus-test',
  correlationId: randomUUID(),
  causationId: null,
};
const task: TaskInput = {
  taskId: 't1',
  conversation: 'c1',
  capability: 'data.run-job',
  deadline: Date.now() + 60_000,
  idempotencyKey: 'i1',
};

beforeAll(async () => {
  const spec = (name: string): TopicSpec => ({
    topic: name,
    partitions: 2,
    config: { 'message.timestamp.type': 'LogAppendTime' },
    replicationFactor: 1,
  });
  await pushSchemas(url, [topic]);
  await log.admin.createTopics([spec(topic), spec(deadLetterTopic(topic, group))]);
  await bus.warm({ reads: [topic], writes: [topic] });
});
afterAll(async () => {
  await bus.close(5_000);
  await cluster.close();
});

async function readAll(name: string, count: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  const following = await log.follow({
    topics: [name],
    from: { at: 'beginning' },
    records: (batch) => void records.push(...batch.records),
    lost(fault) {
      throw fault;
    },
  });
  await vi.waitFor(() => expect(records).toHaveLength(count), { timeout: 20_000, interval: 10 });
  await following.stop(5_000);
  return records;
}

test('a message goes through Kafka and the registry and comes out as it was; what is no message becomes a dead letter', async () => {
  const expiresAt = task.deadline;
  await bus.publish([{ topic, value: task, envelope, expiresAt }]);
  await log.append([
    { topic, key: 'c1', value: Buffer.from('{"taskId":"t2"}'), headers: { ce_id: Buffer.from('foreign') } },
  ]);

  const records = await readAll(topic, 2);
  const decoded = records.map((record) => bus.decode(record)) as Decoded[];
  const [message, invalid] = decoded;
  expect(message).toMatchObject({
    kind: 'message',
    message: { topic, key: 'c1', id: envelope.id, value: { ...task, envelope, priority: 'NORMAL', budget: null } },
  });
  expect(headerText(records[0]!.headers, 'ce_type')).toBe('muster.Task.v1');
  expect(headerText(records[0]!.headers, 'ce_expirytime')).toBe(new Date(expiresAt).toISOString());
  expect(invalid).toMatchObject({ kind: 'invalid', reason: expect.stringContaining('(as JSON does)') as string });

  const fault = new TypeError((invalid as { reason: string }).reason);
  await log.append([deadLetterOf(records[1]!, { group, fault, at: Date.now() })]);
  const [letter] = await readAll(deadLetterTopic(topic, group), 1);
  const { partition, offset, timestamp } = records[1]!;
  expect(readDeadLetter(letter!)).toMatchObject({
    topic,
    partition,
    offset,
    timestamp,
    group,
    fault: { name: 'TypeError', message: fault.message },
    original: { value: Buffer.from('{"taskId":"t2"}'), headers: { ce_id: Buffer.from('foreign') } },
  });
});
