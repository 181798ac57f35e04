/**
 * Bad input on the real stack, one case each: refused at the client, or set aside as a dead letter by the agent, with a sentence that names what is
 * wrong. The stream behind it goes on.
 */
import { randomUUID } from 'node:crypto';
import { defineAgent, handled, startAgent, stateOf, type RunningAgent } from '@muster/agent';
import {
  createBus,
  deadLetterTopic,
  kafkaClientNamed,
  kafkaLog,
  pushSchemas,
  readDeadLetter,
  registrySource,
  type Bus,
  type DeadLetter,
} from '@muster/bus';
import { connect, type Client } from '@muster/client';
import { schemaOf, topicConfig, topics, type MetricSampleInput, type TopicName } from '@muster/schemas';
import { redisStateStore, type StateStore } from '@muster/state';
import { eventually } from '@muster/testkit';
import avro from 'avsc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { KAFKA_BROKERS = '', KAFKA_CLIENT, SCHEMA_REGISTRY_URL = '', REDIS_URL = '' } = process.env;
const topic = 'muster.metrics.v1';
const dayMs = 86_400_000;
const name = `listener-${Date.now()}`;
const deadLetters = deadLetterTopic(topic, `muster.${name}`);

const heard: string[] = [];
const listener = defineAgent({
  name,
  version: '1.0.0',
  description: 'Hears metrics.',
  handlers: (on) => ({
    series: on([topic], {
      state: stateOf<number>(),
      horizon: 1,
      handle({ value }, { state }) {
        heard.push(value.target);
        return handled({ state: (state ?? 0) + 1 });
      },
    }),
  }),
});

const good = (target: string): MetricSampleInput => ({
  target,
  name: 'latency_ms',
  value: 12,
  unit: 'ms',
  at: Date.now(),
});

let bus: Bus;
let client: Client;
let store: StateStore;
let running: RunningAgent;
let schemaId: number;
const letters: DeadLetter[] = [];

beforeAll(async () => {
  const log = kafkaLog({ client: kafkaClientNamed(KAFKA_CLIENT), brokers: KAFKA_BROKERS.split(','), clientId: name });
  const specs = topics.map((definition) => ({
    topic: definition.name,
    partitions: definition.partitions,
    config: topicConfig(definition),
  }));
  await log.admin.createTopics([...specs, { topic: deadLetters, partitions: 12, config: {} }]);
  const pushed = await pushSchemas(
    SCHEMA_REGISTRY_URL,
    topics.map((definition) => definition.name as TopicName),
  );
  schemaId = pushed.find(({ subject }) => subject === `${topic}-value`)?.id ?? -1;
  bus = createBus({ log, schemas: registrySource(SCHEMA_REGISTRY_URL) });
  store = redisStateStore({ url: REDIS_URL });
  running = await startAgent(listener, { bus, store, config: {}, instance: `${name}-1` });
  client = await connect({ source: 'bad-input-test' });
  await eventually(
    () => running.trouble() === undefined,
    () => `not ready: ${running.trouble()}`,
    60_000,
  );
  await log.follow({
    topics: [deadLetters],
    from: { at: 'beginning' },
    records: ({ records }) => letters.push(...records.map(readDeadLetter).filter((letter) => letter !== undefined)),
    lost: (fault) => expect.fail(fault.message),
  });
});

afterAll(async () => {
  await running?.stop(5_000);
  await client?.close(2_000);
  await store?.clear(name);
  await bus?.log.admin.deleteTopics([deadLetters]);
  await bus?.close(2_000);
  await store?.close();
});

/** A value as some other producer would write it, whatever Muster thinks of it. */
function foreign(fields: Partial<MetricSampleInput>, id = schemaId): Buffer {
  const type = avro.Type.forSchema(schemaOf('MetricSample') as avro.Schema);
  const envelope = { id: randomUUID(), time: Date.now(), source: 'foreign', correlationId: 'c', causationId: null };
  const header = Buffer.alloc(5);
  header.writeInt32BE(id, 1);
  return Buffer.concat([
    header,
    type.toBuffer({ labels: {}, category: 'PERFORMANCE', ...good('foreign'), ...fields, envelope }),
  ]);
}

describe('refused at the client, before anything is sent', () => {
  it.each<[string, Partial<Record<keyof MetricSampleInput, unknown>>, string[]]>([
    ['a NaN', { value: Number.NaN }, ['MetricSample.value', 'NaN']],
    ['an infinity', { value: Number.POSITIVE_INFINITY }, ['MetricSample.value', 'Infinity']],
    ['a key that is missing', { target: '' }, ['target', topic]],
    ['a time a year ago', { at: Date.now() - 365 * dayMs }, ['MetricSample.at', 'days behind']],
    ['a time a year ahead', { at: Date.now() + 365 * dayMs }, ['MetricSample.at', 'days ahead']],
    ['seconds where milliseconds are due', { at: Math.floor(Date.now() / 1_000) }, ['MetricSample.at', 'millisecond']],
    ['text where a number is due', { value: '12' }, ['MetricSample.value', '12']],
    ['a field that is not there', { target: 'x', name: undefined }, ['MetricSample.name']],
    ['a field that nobody knows', { valeu: 3 } as object, ['valeu']],
    ['2 MiB', { labels: { note: 'x'.repeat(2 * 2 ** 20) } }, ['labels']],
  ])('%s', async (_, fields, words) => {
    const record = { ...good('refused'), ...fields } as MetricSampleInput;
    const refusal = await client.publish(topic, record).then(
      () => expect.fail('it was taken'),
      (error: unknown) => (error as Error).message,
    );
    for (const word of words) expect(refusal).toContain(word);
  });

  it('and what comes after it is sent', async () => {
    await client.publish(topic, good('after-refusals'));
    await eventually(() => heard.includes('after-refusals'));
    expect(heard).not.toContain('refused');
  });
});

describe('set aside by the agent, which goes on', () => {
  const cases: [string, () => { key: string | null; value: Buffer | null }, string[]][] = [
    ['no Avro at all', () => ({ key: 'k', value: Buffer.from('{"hello":"json"}') }), ['0x7b']],
    ['an unknown schema id', () => ({ key: 'k', value: foreign({}, 999_999) }), ['999999']],
    ['a schema of another record', () => ({ key: 'k', value: foreign({}, 0) }), ['schema']],
    ['a value cut short', () => ({ key: 'k', value: foreign({}).subarray(0, 30) }), ['MetricSample']],
    [
      'bytes left over',
      () => ({ key: 'k', value: Buffer.concat([foreign({}), Buffer.from('more')]) }),
      ['MetricSample'],
    ],
    ['an empty value', () => ({ key: 'k', value: Buffer.alloc(0) }), ['empty']],
    ['a key that is missing', () => ({ key: null, value: foreign({}) }), ['key']],
    ['a NaN', () => ({ key: 'k', value: foreign({ value: Number.NaN }) }), ['MetricSample.value', 'NaN']],
    [
      'a time a year off',
      () => ({ key: 'k', value: foreign({ at: Date.now() - 365 * dayMs }) }),
      ['MetricSample.at', '365 days behind'],
    ],
  ];

  it.each(cases)('%s', async (what, make, words) => {
    const { key, value } = make();
    const before = letters.length;
    await bus.log.append([{ topic, key, value }]);
    const behind = `behind ${what}`;
    await client.publish(topic, good(behind));
    await eventually(
      () => letters.length > before && heard.includes(behind),
      () => `${letters.length - before} dead letters, heard: ${heard.includes(behind)}`,
      30_000,
    );
    const letter = letters.at(-1);
    for (const word of words) expect(letter?.fault.message).toContain(word);
    expect(letter).toMatchObject({ topic, group: `muster.${name}` });
    expect(Buffer.from(letter?.original.value ?? []).equals(value ?? Buffer.alloc(0))).toBe(true);
  });

  it('and stays ready', () => {
    expect(running.trouble()).toBeUndefined();
    expect(running.deadReason()).toBeUndefined();
  });
});
