import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import avsc from 'avsc';
import { schemaOf, subjectOf, topics, versionsOf } from '@muster/schemas';
import type { TopicName } from '@muster/schemas';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SchemaUnavailableError } from '../src/bus.ts';
import { createBus } from '../src/create-bus.ts';
import { memoryLog } from '../src/memory-log.ts';
import { checkSchemas, pushSchemas } from '../src/push-schemas.ts';
import { registryClient, registrySource } from '../src/registry.ts';
import { envelope, foreignBytes, NOW, recordOf, sample } from './sample.ts';

const url = process.env['SCHEMA_REGISTRY_URL'];
if (url === undefined)
  throw new Error('SCHEMA_REGISTRY_URL is not set; it names the registry integration tests run against.');

/** An inbox is one subject for each concrete topic, so a fresh agent's name is a fresh subject. */
const inbox = (): TopicName => `muster.inbox.test-${randomUUID()}.v1`;
const METRICS = 'muster.metrics.v1';
const client = registryClient(url);

interface AvroRecord {
  fields: { name: string; type: unknown; default?: unknown }[];
}
const changed = (change: (schema: AvroRecord) => void): AvroRecord => {
  const schema = structuredClone(schemaOf('Task')) as AvroRecord;
  change(schema);
  return schema;
};

beforeAll(() => pushSchemas(url, [METRICS, 'muster.tasks.v1']));

describe('pushing', () => {
  test('registers under <topic>-value at the level of the topic, and says what it did', async () => {
    const topic = inbox();
    const [first] = await pushSchemas(url, [topic]);
    expect(first).toEqual({
      subject: subjectOf(topic),
      id: expect.any(Number) as number,
      version: versionsOf('Task').length,
      outcome: 'registered',
    });
    expect(await pushSchemas(url, [topic])).toEqual([{ ...first!, outcome: 'unchanged' }]);
    expect(await client.call('GET', `/config/${subjectOf(topic)}`)).toMatchObject({
      compatibilityLevel: 'FULL_TRANSITIVE',
    });
  });

  test('takes every topic there is', async () => {
    const names = topics.map(({ name }) => name as TopicName);
    const pushed = await pushSchemas(url, names);
    expect(pushed.map(({ subject }) => subject)).toEqual(names.map(subjectOf));
    expect((await pushSchemas(url, names)).map(({ outcome }) => outcome)).toEqual(names.map(() => 'unchanged'));
  });

  test('corrects a compatibility level that is not the declared one', async () => {
    const topic = inbox();
    await pushSchemas(url, [topic]);
    await client.call('PUT', `/config/${subjectOf(topic)}`, { compatibility: 'NONE' });
    await pushSchemas(url, [topic]);
    expect(await client.call('GET', `/config/${subjectOf(topic)}`)).toMatchObject({
      compatibilityLevel: 'FULL_TRANSITIVE',
    });
  });

  test('gives a schema the same id under every subject, which the inboxes rely on', async () => {
    const pushed = await pushSchemas(url, [inbox(), inbox(), 'muster.tasks.v1']);
    expect(new Set(pushed.map(({ id }) => id)).size).toBe(1);
  });

  test('says why the registry refuses a schema', async () => {
    const topic = inbox();
    const older = changed(({ fields }) =>
      fields.splice(
        fields.findIndex(({ name }) => name === 'taskId'),
        1,
      ),
    );
    await client.register(subjectOf(topic), older, 'FULL_TRANSITIVE');
    await expect(pushSchemas(url, [topic])).rejects.toThrow(/refuses the schema of muster\.inbox\..*ncompatible/);
  });

  test('gives up when the registry can not be reached, naming it', async () => {
    await expect(pushSchemas('http://127.0.0.1:9/ccompat', [METRICS])).rejects.toThrow(/127\.0\.0\.1:9/);
  });
});

describe('checking', () => {
  const verdictAfter = async (there: object | undefined) => {
    const topic = inbox();
    if (there) await client.register(subjectOf(topic), there, 'FULL_TRANSITIVE');
    const [checked] = await checkSchemas(url, [topic]);
    expect(checked!.subject).toBe(subjectOf(topic));
    return checked!;
  };

  test('a subject that is not there yet', async () => {
    expect(await verdictAfter(undefined)).toMatchObject({ verdict: 'new', reasons: [] });
  });

  test('what is registered already', async () => {
    expect(await verdictAfter(schemaOf('Task'))).toMatchObject({ verdict: 'unchanged', reasons: [] });
  });

  test('a compatible change', async () => {
    const older = changed(({ fields }) =>
      fields.splice(
        fields.findIndex(({ name }) => name === 'reason'),
        1,
      ),
    );
    expect(await verdictAfter(older)).toMatchObject({ verdict: 'compatible', reasons: [] });
  });

  test('an incompatible change, with the reason, and registers nothing', async () => {
    const older = changed(({ fields }) =>
      fields.splice(
        fields.findIndex(({ name }) => name === 'taskId'),
        1,
      ),
    );
    const { subject, verdict, reasons } = await verdictAfter(older);
    expect(verdict).toBe('incompatible');
    expect(reasons.join(' ')).toContain('taskId');
    expect(await client.idOf(subject, schemaOf('Task'))).toBeNull();
  });
});

describe('reading', () => {
  test('finds an id by its schema, and the schema by its id', async () => {
    const source = registrySource(url);
    const id = (await source.idOf(subjectOf(METRICS), schemaOf('MetricSample')))!;
    expect(id).toBeGreaterThan(0);
    expect(await source.latestId(subjectOf(METRICS))).toBe(id);
    const schema = avsc.Type.forSchema((await source.schemaById(id)) as never);
    expect(schema.equals(avsc.Type.forSchema(schemaOf('MetricSample') as never))).toBe(true);
  });

  test('says null of what is not there', async () => {
    const source = registrySource(url);
    expect(await source.schemaById(2_000_000_000)).toBeNull();
    expect(await source.idOf(subjectOf(inbox()), schemaOf('Task'))).toBeNull();
    expect(await source.idOf(subjectOf(METRICS), schemaOf('Task'))).toBeNull();
    expect(await source.latestId(subjectOf(inbox()))).toBeNull();
  });

  test('a bus reads what an older and what a newer producer wrote, by the registry alone', async () => {
    const topic = inbox();
    const subject = subjectOf(topic);
    const older = changed(({ fields }) =>
      fields.splice(
        fields.findIndex(({ name }) => name === 'reason'),
        1,
      ),
    );
    const newer = changed(({ fields }) => fields.push({ name: 'region', type: ['null', 'string'], default: null }));
    const olderId = await client.register(subject, older, 'FULL_TRANSITIVE');
    await pushSchemas(url, [topic]);
    const newerId = await client.register(subject, newer, 'FULL_TRANSITIVE');
    const task = {
      taskId: 't',
      conversation: 'c',
      capability: 'data.run-job',
      deadline: NOW,
      idempotencyKey: 'i',
      envelope,
    };

    const bus = createBus({ log: memoryLog(), schemas: registrySource(url), clock: () => NOW });
    await bus.warm({ reads: [topic], writes: [topic] });
    const read = (id: number, value: object, schema: object) =>
      bus.decode(recordOf(foreignBytes(id, value, schema), { topic }));
    expect(read(newerId, { ...task, region: 'eu', reason: 'new' }, newer)).toMatchObject({
      message: { value: { taskId: 't', reason: 'new' } },
    });
    expect(await read(olderId, task, older)).toMatchObject({ message: { value: { taskId: 't', reason: '' } } });
    expect(await read(2_000_000_000, task, older)).toMatchObject({ kind: 'invalid' });

    const { reason: _, ...withoutReason } = task as typeof task & { reason?: string };
    const ours = Buffer.from(bus.encode({ topic, value: withoutReason, envelope } as never).value!);
    const olderType = avsc.Type.forSchema(older as never);
    const writerType = avsc.Type.forSchema((await registrySource(url).schemaById(ours.readInt32BE(1))) as never);
    expect(olderType.fromBuffer(ours.subarray(5), olderType.createResolver(writerType))).toMatchObject({ taskId: 't' });
  });

  test('publishing to a topic nobody pushed says what to do', async () => {
    const topic = inbox();
    const bus = createBus({ log: memoryLog(), schemas: registrySource(url), clock: () => NOW });
    await expect(bus.warm({ reads: [], writes: [topic] })).rejects.toThrow('run `muster schemas push`');
  });
});

describe('a registry in trouble', () => {
  let requests = 0;
  let behave: 'answer' | 'hang' | 'fail' | 'elsewhere' = 'answer';
  const server = createServer((_, response) => {
    requests += 1;
    if (behave === 'hang') return;
    const answers = {
      answer: [200, { schema: JSON.stringify(schemaOf('MetricSample')) }],
      fail: [500, { error_code: 50001, message: 'Error in the backend data store' }],
      elsewhere: [404, { error_code: 404, message: 'HTTP 404 Not Found' }],
    } as const;
    const [status, body] = answers[behave];
    setImmediate(() => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)));
  });
  let source: ReturnType<typeof registrySource>;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    source = registrySource(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { timeoutMs: 300 });
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test('is asked once for the same id, and never again for what it told', async () => {
    requests = 0;
    const schemas = await Promise.all([source.schemaById(1), source.schemaById(1), source.schemaById(1)]);
    expect(schemas[0]).not.toBeNull();
    expect(new Set(schemas).size).toBe(1);
    behave = 'fail';
    expect(await source.schemaById(1)).toBe(schemas[0]);
    expect(requests).toBe(1);
  });

  test.each([
    ['fail', 11],
    ['hang', 12],
    ['elsewhere', 13],
  ] as const)('is not taken for one that does not know: %s', async (how, id) => {
    behave = how;
    await expect(source.schemaById(id)).rejects.toThrow(SchemaUnavailableError);
    await expect(source.idOf('s-value', schemaOf('Task'))).rejects.toThrow(SchemaUnavailableError);
    await expect(source.latestId('s-value')).rejects.toThrow(SchemaUnavailableError);
    behave = 'answer';
    expect(await source.schemaById(id)).not.toBeNull();
  });

  test('keeps passwords to itself', async () => {
    const { port } = server.address() as AddressInfo;
    behave = 'fail';
    const secret = registrySource(`http://user:secret@127.0.0.1:${port}`, { timeoutMs: 300 });
    const fault = await secret.schemaById(3).catch((error: unknown) => error as Error);
    expect((fault as Error).message).toContain(`127.0.0.1:${port}`);
    expect((fault as Error).message).not.toContain('secret');
  });
});

test('metrics decode through the registry', async () => {
  const bus = createBus({ log: memoryLog(), schemas: registrySource(url), clock: () => NOW });
  await bus.warm({ reads: [METRICS], writes: [METRICS] });
  const { value, key } = bus.encode({ topic: METRICS, value: sample, envelope });
  expect(bus.decode(recordOf(value, { key: Buffer.from(key!) }))).toMatchObject({ kind: 'message' });
});
