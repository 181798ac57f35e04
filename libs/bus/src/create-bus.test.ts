import { expect, test, vi } from 'vitest';
import type { TaskInput } from '@muster/schemas';
import { envelope, METRICS, NOW, recordOf, sample, sampleBus } from '../test/sample.ts';
import { InvalidMessageError, SchemaUnavailableError } from './bus.ts';
import type { Message, Outgoing } from './bus.ts';
import { createBus } from './create-bus.ts';
import { memoryLog } from './memory-log.ts';
import { memorySchemaSource } from './schema-source.ts';
import type { SchemaSource } from './schema-source.ts';

const metric: Outgoing = { topic: METRICS, value: sample, envelope };
const task: TaskInput = {
  taskId: 't',
  conversation: 'c',
  capability: 'data.run-job',
  deadline: NOW,
  idempotencyKey: 'i',
};
const inbox = 'muster.inbox.data-processing.v1';

function busOn(schemas: SchemaSource) {
  const topics = [METRICS, inbox].map((topic) => ({ topic, partitions: 2, config: {} }));
  const log = memoryLog({ topics, clock: () => NOW });
  return { log, bus: createBus({ log, schemas, clock: () => NOW }) };
}

test('publishes several messages in one append, and reads them back', async () => {
  const { log, bus } = busOn(memorySchemaSource());
  const append = vi.spyOn(log, 'append');
  await bus.publish([
    metric,
    { ...metric, envelope: { ...envelope, id: 'message-2' } },
    { topic: inbox, value: task, envelope },
  ]);
  expect(append).toHaveBeenCalledTimes(1);

  const messages: Message[] = [];
  for (const record of [METRICS, inbox].flatMap((topic) => log.cluster.read(topic))) {
    const decoded = await bus.decode(record);
    if (decoded.kind === 'message') messages.push(decoded.message);
  }
  expect(messages.map(({ id }) => id)).toEqual(['message-1', 'message-2', 'message-1']);
  expect(messages.find(({ topic }) => topic === inbox)).toMatchObject({
    key: 'c',
    value: { capability: 'data.run-job', priority: 'NORMAL' },
  });
});

test('warms a family of topics once for all its members', async () => {
  const { bus } = busOn(memorySchemaSource());
  expect(() => bus.encode({ topic: inbox, value: task, envelope })).toThrow(SchemaUnavailableError);
  const { bus: warm } = busOn(memorySchemaSource());
  await warm.warm({ reads: [], writes: ['muster.inbox.<agent>.v1'] });
  expect(warm.encode({ topic: inbox, value: task, envelope }).topic).toBe(inbox);
});

test('sends nothing when one message is bad', async () => {
  const { log, bus } = busOn(memorySchemaSource());
  const bad: Outgoing = { ...metric, value: { ...sample, value: NaN } };
  await expect(bus.publish([metric, bad])).rejects.toThrow(InvalidMessageError);
  expect(log.cluster.read(METRICS)).toHaveLength(0);
});

test('publishes nothing without a request', async () => {
  const { log, bus } = busOn(memorySchemaSource());
  const append = vi.spyOn(log, 'append');
  await bus.publish([]);
  expect(append).not.toHaveBeenCalled();
});

test('encodes only once the schema id is known, and asks for it meanwhile', async () => {
  const { bus } = busOn(memorySchemaSource());
  expect(() => bus.encode(metric)).toThrow(SchemaUnavailableError);
  await vi.waitFor(() => expect(bus.encode(metric)).toMatchObject({ topic: METRICS }));
});

test('writes every inbox with the id of the task schema, once it is known for one topic', async () => {
  const { bus } = busOn(memorySchemaSource());
  await bus.warm({ reads: [], writes: ['muster.tasks.v1'] });
  expect(bus.encode({ topic: 'muster.inbox.never-seen.v1', value: task, envelope })).toMatchObject({ key: 'c' });
});

test('says how to register a schema that is missing', async () => {
  const { bus } = busOn({ ...memorySchemaSource(), idOf: () => Promise.resolve(null) });
  await expect(bus.warm({ reads: [METRICS], writes: [] })).resolves.toBeUndefined();
  await expect(bus.warm({ reads: [], writes: [METRICS] })).rejects.toThrow(
    'The schema of MetricSample is not registered under muster.metrics.v1-value; run `muster schemas push`.',
  );
});

test('goes on without the registry once it is warm', async () => {
  const memory = memorySchemaSource();
  let isAway = false;
  const guarded =
    <A extends unknown[], R>(ask: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> =>
      isAway ? Promise.reject(new SchemaUnavailableError('the registry is away')) : ask(...args);
  const { bus } = busOn({
    schemaById: guarded((id: number) => memory.schemaById(id)),
    idOf: guarded((subject: string, schema: object) => memory.idOf(subject, schema)),
    latestId: guarded((subject: string) => memory.latestId(subject)),
  });
  await bus.warm({ reads: [METRICS], writes: [METRICS] });
  isAway = true;
  const { value, key } = bus.encode(metric);
  expect(bus.decode(recordOf(value, { key: Buffer.from(key!) }))).toMatchObject({ kind: 'message' });
  await bus.publish([metric]);
  const unknown = Buffer.from(value!);
  unknown.writeInt32BE(999, 1);
  await expect(bus.decode(recordOf(unknown))).rejects.toThrow(SchemaUnavailableError);
  isAway = false;
  expect(await bus.decode(recordOf(unknown))).toMatchObject({ kind: 'invalid' });
});

test('warms the newest version of a subject too', async () => {
  const { schemas, schemaId } = await sampleBus();
  const asked: number[] = [];
  const { bus } = busOn({
    idOf: () => Promise.resolve(null),
    latestId: () => Promise.resolve(schemaId),
    schemaById(id) {
      asked.push(id);
      return schemas.schemaById(id);
    },
  });
  await bus.warm({ reads: [METRICS], writes: [] });
  expect(asked).toEqual([schemaId]);
});

test('closes its log', async () => {
  const { bus } = busOn(memorySchemaSource());
  await bus.close(100);
  await expect(bus.publish([metric])).rejects.toThrow("can't be reached");
});
