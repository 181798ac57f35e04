import { schemaOf } from '@muster/schemas';
import { describe, expect, test } from 'vitest';
import { envelope, foreignBytes, METRICS, NOW, recordOf, sample, sampleBus } from '../test/sample.ts';
import type { LogRecord } from './log.ts';

const { bus, schemas, schemaId } = await sampleBus();
const full = { ...sample, envelope };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const reasonOf = async (record: LogRecord) => {
  const decoded = await bus.decode(record);
  expect(decoded).toMatchObject({ kind: 'invalid', record });
  return decoded.kind === 'invalid' ? decoded.reason : '';
};
const reasonFor = (value: object) => reasonOf(recordOf(foreignBytes(schemaId, value)));

/** The bytes of a sample with the part after the field `unit` replaced: labels, category, at. */
const withTail = (...tail: number[]) => {
  const bytes = foreignBytes(schemaId, { ...full, labels: {}, category: 'PERFORMANCE' });
  const tailLength = 1 + 1 + varint(NOW).length;
  return recordOf(Buffer.concat([bytes.subarray(0, bytes.length - tailLength), Buffer.from(tail)]));
};

function varint(value: number): number[] {
  let rest = value >= 0 ? BigInt(value) * 2n : BigInt(-value) * 2n - 1n;
  const bytes: number[] = [];
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

test('decodes at once what is warm, fills in defaults, and says where in the log it stands', () => {
  const headers = { extra: Buffer.from('kept') };
  expect(bus.decode(recordOf(foreignBytes(schemaId, full), { headers }))).toEqual({
    kind: 'message',
    message: {
      topic: METRICS,
      partition: 3,
      offset: 42,
      timestamp: NOW,
      key: 'shop/latency_ms',
      id: 'message-1',
      value: { ...full, unit: '', category: 'PERFORMANCE' },
      headers,
    },
  });
});

test('honours the id a foreign producer gave in ce_id', async () => {
  const record = recordOf(foreignBytes(schemaId, full), { headers: { ce_id: Buffer.from('theirs') } });
  expect(await bus.decode(record)).toMatchObject({
    message: { id: 'theirs', value: { envelope: { id: 'message-1' } } },
  });
  const long = recordOf(foreignBytes(schemaId, full), { headers: { ce_id: Buffer.alloc(2000, 'x') } });
  expect(await reasonOf(long)).toBe(`${METRICS}: the header ce_id has 2000 characters (limit 1024)`);
});

test('reads a tombstone', () => {
  const record = recordOf(null);
  expect(bus.decode(record)).toEqual({ kind: 'tombstone', topic: METRICS, key: 'shop/latency_ms', record });
});

test('takes plain Uint8Arrays', () => {
  const value = Uint8Array.from(foreignBytes(schemaId, full));
  expect(bus.decode(recordOf(value, { key: Uint8Array.from(Buffer.from('k')) }))).toMatchObject({ kind: 'message' });
});

describe('refuses what is not in wire format', () => {
  test.each([
    ['', 'the value is empty; a tombstone is null, anything else begins with a schema id'],
    [
      '{"value":1}',
      'the value begins with byte 0x7b (as JSON does) instead of 0x00; it must be Avro in Confluent wire format',
    ],
    ['\x01abcdef', 'the value begins with byte 0x01 instead of 0x00; it must be Avro in Confluent wire format'],
    [
      '\x00\x00\x01',
      'the value has 3 bytes, too few for the 5 that come before the data; it must be Avro in Confluent wire format',
    ],
  ])('%j', async (value, reason) => {
    expect(await reasonOf(recordOf(Buffer.from(value)))).toBe(`${METRICS}: ${reason}`);
  });

  test('a schema nobody knows', async () => {
    expect(await reasonOf(recordOf(foreignBytes(4_000_000_000 - 2 ** 32, full)))).toBe(
      `${METRICS}: MetricSample is written with schema 4000000000, which is unknown to the registry or is no Avro schema`,
    );
  });

  test('a schema of something else', async () => {
    const id = schemas.add({ type: 'record', name: 'Invoice', fields: [{ name: 'total', type: 'double' }] });
    const reason = `${METRICS}: MetricSample can't be read from schema ${id}: no alias found for Invoice`;
    expect(await reasonOf(recordOf(foreignBytes(id, full)))).toBe(reason);
    expect(await reasonOf(recordOf(foreignBytes(id, full)))).toBe(reason);
  });

  test('a topic that is not ours', async () => {
    expect(await reasonOf(recordOf(foreignBytes(schemaId, full), { topic: 'muster.metric.v1' }))).toContain(
      'muster.metrics.v1',
    );
  });
});

describe('refuses a key that', () => {
  test.each([
    ['is missing', null, 'the message has no key; every message needs one, it decides the partition'],
    ['is empty', Buffer.alloc(0), 'the message has no key; every message needs one, it decides the partition'],
    ['is too long', Buffer.alloc(1025, 'k'), 'the key has 1025 bytes (limit 1024)'],
    ['is not text', Buffer.from([0x66, 0xff]), 'the key is not UTF-8 text'],
  ])('%s', async (_, key, reason) => {
    expect(await reasonOf(recordOf(foreignBytes(schemaId, full), { key }))).toBe(`${METRICS}: ${reason}`);
    expect(await reasonOf(recordOf(null, { key }))).toBe(`${METRICS}: ${reason}`);
  });
});

describe('refuses bytes that are not one value', () => {
  const bytes = foreignBytes(schemaId, full);

  test('followed by others', async () => {
    expect(await reasonOf(recordOf(Buffer.concat([bytes, Buffer.from([1, 2])])))).toBe(
      `${METRICS}: MetricSample is followed by 2 bytes that don't belong to it`,
    );
  });

  test('cut off anywhere', async () => {
    for (let length = 5; length < bytes.length; length++) {
      expect(await reasonOf(recordOf(bytes.subarray(0, length)))).toMatch(
        /^muster\.metrics\.v1: MetricSample\.\S+ (is cut off|claims)/,
      );
    }
    expect(await reasonOf(recordOf(bytes.subarray(0, 8)))).toContain(
      'MetricSample.envelope.id is cut off: the value ends within it',
    );
  });

  const NO_LABELS = 0;
  const PERFORMANCE = 2;
  test.each<[string, number[], string]>([
    [
      'an enum symbol there is not',
      [NO_LABELS, 100, ...varint(NOW)],
      'MetricSample.category is symbol 50 of an enum that has',
    ],
    [
      'a count out of all proportion',
      [...varint(2 ** 50)],
      'MetricSample.labels has 1125899906842624 entries (limit 64)',
    ],
    [
      'a count the bytes can not hold',
      [...varint(60), 2, 65],
      'MetricSample.labels claims 60 entries, and only 2 bytes are left',
    ],
    ['a negative length', [...varint(1), ...varint(-5), 0], 'MetricSample.labels[0] has a length of -5'],
    [
      'a block that claims another size',
      [...varint(-1), ...varint(40), 2, 65, 2, 66, 0, PERFORMANCE, ...varint(NOW)],
      'MetricSample.labels has a block of 4 bytes that claims 40',
    ],
    [
      'a number without an end',
      [NO_LABELS, PERFORMANCE, ...Array<number>(12).fill(0xff), 0],
      'MetricSample.at is a number of more than 64 bits',
    ],
  ])('%s', async (_, tail, reason) => {
    expect(await reasonOf(withTail(...tail))).toContain(`${METRICS}: ${reason}`);
  });

  test('a union branch there is not', async () => {
    const wrong = Buffer.from(bytes);
    const causation = wrong.indexOf('correlation-1') + 'correlation-1'.length;
    wrong[causation] = 6;
    expect(await reasonOf(recordOf(wrong))).toBe(
      `${METRICS}: MetricSample.envelope.causationId is of type 3 in a union of 2`,
    );
  });

  test('but reads blocks with their size', () => {
    const record = withTail(...varint(-1), ...varint(4), 2, 65, 2, 66, 0, PERFORMANCE, ...varint(NOW));
    expect(bus.decode(record)).toMatchObject({ kind: 'message', message: { value: { labels: { A: 'B' } } } });
  });
});

describe('refuses a message that breaks a rule', () => {
  test.each<[string, object, string]>([
    [
      'a time in seconds',
      { at: NOW / 1000 },
      "MetricSample.at is 20598 days behind the log's clock (limit 7 days); check the producer's clock or time unit (milliseconds expected)",
    ],
    [
      'a time in the past',
      { at: NOW - 366 * DAY },
      "MetricSample.at is 366 days behind the log's clock (limit 7 days)",
    ],
    [
      'a time in the future',
      { at: NOW + 3 * HOUR },
      "MetricSample.at is 3 hours ahead of the log's clock (limit 1 hour)",
    ],
    [
      'an envelope from the future',
      { envelope: { ...envelope, time: NOW + HOUR + 60_000 } },
      "MetricSample.envelope.time is 61 minutes ahead of the log's clock",
    ],
    [
      'no id',
      { envelope: { ...envelope, id: '' } },
      'MetricSample.envelope.id is empty; messages with equal ids are taken for the same message',
    ],
    ['not a number', { value: NaN }, 'MetricSample.value is NaN or Infinity, not a finite number'],
    ['infinity', { value: -Infinity }, 'MetricSample.value is NaN or Infinity, not a finite number'],
    ['a long text', { unit: 'é'.repeat(32 * 1024 + 1) }, 'MetricSample.unit is a text of 65538 bytes (limit 65536)'],
    [
      'many labels',
      { labels: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`l${i}`, ''])) },
      'MetricSample.labels has 65 entries (limit 64)',
    ],
    [
      'a key that is none in JavaScript',
      { labels: JSON.parse('{"a":"b","__proto__":"x"}') as object },
      'MetricSample.labels[1] is keyed __proto__, which is not allowed',
    ],
  ])('%s', async (_, wrong, reason) => {
    expect(await reasonFor({ ...full, ...wrong })).toContain(`${METRICS}: ${reason}`);
  });

  test('and takes what is just within', async () => {
    const within = [
      { at: NOW - 7 * DAY },
      { at: NOW + HOUR },
      { value: -Number.MAX_VALUE },
      { value: 5e-324 },
      { unit: 'x'.repeat(64 * 1024) },
      { labels: Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`l${i}`, ''])) },
    ];
    for (const right of within) {
      expect(await bus.decode(recordOf(foreignBytes(schemaId, { ...full, ...right })))).toMatchObject({
        kind: 'message',
      });
    }
  });

  test.each([
    ['2^53', 2 ** 53, true],
    ['2^62', 2 ** 62, true],
    ['below -2^52', -(2 ** 52) - 1, true],
    ['2^53 - 1', 2 ** 53 - 1, false],
  ])('a whole number of %s', async (_, number, isRefused) => {
    const schema = structuredClone(schemaOf('MetricSample')) as { fields: object[] };
    schema.fields.push({ name: 'sequence', type: 'long' });
    const id = schemas.add(schema);
    const bytes = Buffer.concat([
      foreignBytes(id, { ...full, sequence: 0 }, schema).subarray(0, -1),
      Buffer.from(varint(number)),
    ]);
    const decoded = await bus.decode(recordOf(bytes));
    if (!isRefused) return expect(decoded.kind).toBe('message');
    expect(decoded).toMatchObject({
      reason: `${METRICS}: MetricSample.sequence is a whole number beyond 2^53, which would lose digits; send it as text or in a larger unit`,
    });
  });
});
