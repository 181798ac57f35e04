import { expect, test } from 'vitest';
import { NOW, recordOf } from '../test/sample.ts';
import { deadLetterOf, deadLetterTopic, readDeadLetter } from './dead-letter.ts';
import type { LogRecord } from './log.ts';

const fault = Object.assign(new TypeError('the value is empty'), {
  stack: 'TypeError: the value is empty\n    at handle',
});
const original = recordOf(Buffer.from([1, 2, 3]), {
  partition: 11,
  offset: 5_000_000_000,
  headers: { ce_id: Buffer.from('x'), b3: undefined },
});
const letter = deadLetterOf(original, { group: 'muster.monitoring', fault, at: NOW + 5 });
const stored = (record: typeof letter): LogRecord => ({
  ...recordOf(record.value, { topic: record.topic, key: Buffer.from(record.key!), headers: record.headers! }),
  timestamp: NOW + 9,
});

test('keeps key, value and headers and says where it comes from, as Spring does', () => {
  expect(letter.topic).toBe('muster.metrics.v1.muster.monitoring.dlt');
  expect(letter.topic).toBe(deadLetterTopic(original.topic, 'muster.monitoring'));
  expect(letter.key).toBe(original.key);
  expect(letter.value).toBe(original.value);
  expect(letter.partition).toBeUndefined();
  expect(letter.headers).toEqual({
    ce_id: Buffer.from('x'),
    b3: undefined,
    'kafka_dlt-original-topic': Buffer.from('muster.metrics.v1'),
    'kafka_dlt-original-partition': Buffer.from('0000000b', 'hex'),
    'kafka_dlt-original-offset': Buffer.from('000000012a05f200', 'hex'),
    'kafka_dlt-original-timestamp': Buffer.from(BigInt(NOW).toString(16).padStart(16, '0'), 'hex'),
    'kafka_dlt-original-timestamp-type': Buffer.from('LogAppendTime'),
    'kafka_dlt-original-consumer-group': Buffer.from('muster.monitoring'),
    'kafka_dlt-exception-fqcn': Buffer.from('TypeError'),
    'kafka_dlt-exception-message': Buffer.from('the value is empty'),
    'kafka_dlt-exception-stacktrace': Buffer.from('TypeError: the value is empty\n    at handle'),
    'muster_dlt-at': Buffer.from(
      BigInt(NOW + 5)
        .toString(16)
        .padStart(16, '0'),
      'hex',
    ),
  });
});

test('is read back', () => {
  expect(readDeadLetter(stored(letter))).toEqual({
    topic: 'muster.metrics.v1',
    partition: 11,
    offset: 5_000_000_000,
    group: 'muster.monitoring',
    timestamp: NOW,
    at: NOW + 5,
    fault: { name: 'TypeError', message: 'the value is empty', stack: fault.stack },
    original: {
      topic: 'muster.metrics.v1',
      key: original.key,
      value: original.value,
      headers: { ce_id: Buffer.from('x'), b3: undefined },
    },
  });
});

test('is read also when another tool wrote less, and not at all when it says nothing', () => {
  const names = ['kafka_dlt-original-topic', 'kafka_dlt-original-partition', 'kafka_dlt-original-offset'];
  const headers = Object.fromEntries(names.map((name) => [name, letter.headers![name]]));
  expect(readDeadLetter({ ...stored(letter), headers })).toMatchObject({
    topic: 'muster.metrics.v1',
    group: '',
    timestamp: NOW + 9,
    at: NOW + 9,
    fault: { name: 'Error', message: '' },
  });
  expect(readDeadLetter(recordOf(null))).toBeUndefined();
});

test('bounds the reason, so that a large record still fits with it', () => {
  const verbose = Object.assign(new Error('m'.repeat(50_000)), { stack: 's'.repeat(50_000) });
  const { headers } = deadLetterOf(original, { group: 'g', fault: verbose, at: NOW });
  expect(headers!['kafka_dlt-exception-message']).toHaveLength(2_000);
  expect(headers!['kafka_dlt-exception-stacktrace']).toHaveLength(4_000);
});
