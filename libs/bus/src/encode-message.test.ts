import { describe, expect, test } from 'vitest';
import { envelope, METRICS, NOW, recordOf, sample, sampleBus } from '../test/sample.ts';
import { InvalidMessageError } from './bus.ts';
import type { Outgoing } from './bus.ts';

const { bus, schemaId } = await sampleBus();
await bus.warm({ reads: [], writes: ['muster.alerts.v1', 'muster.tasks.v1'] });

const metric = (change: object, rest: object = {}) =>
  ({ topic: METRICS, value: { ...sample, ...change }, envelope, ...rest }) as Outgoing;

const reasonFor = (message: Outgoing): string => {
  try {
    bus.encode(message);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidMessageError);
    return (error as Error).message;
  }
  return 'nothing';
};

test('encodes key, wire format and headers; decodes to the same message', () => {
  const { topic, key, value, headers } = bus.encode(metric({}));
  expect([topic, key]).toEqual([METRICS, 'shop/latency_ms{route=/cart}']);
  expect([value![0], Buffer.from(value!).readInt32BE(1)]).toEqual([0, schemaId]);
  expect(bus.decode(recordOf(value, { key: Buffer.from(key!), headers: headers! }))).toMatchObject({
    kind: 'message',
    message: {
      id: 'message-1',
      key: 'shop/latency_ms{route=/cart}',
      value: { ...sample, envelope, unit: '', category: 'PERFORMANCE' },
    },
  });
});

test('takes the key it is given', () => {
  expect(bus.encode(metric({}, { key: 'mine' }))).toMatchObject({
    key: 'mine',
    headers: { ce_subject: Buffer.from('mine') },
  });
});

test('hands out copies, also of messages larger than its buffer', () => {
  const small = bus.encode(metric({}));
  const copy = Buffer.from(small.value!);
  const reasons = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`l${i}`, 'x'.repeat(10_000)]));
  const large = bus.encode(metric({ labels: reasons }, { key: 'large' }));
  expect(large.value!.length).toBeGreaterThan(600_000);
  expect(Buffer.from(small.value!)).toEqual(copy);
  expect(bus.decode(recordOf(large.value))).toMatchObject({ message: { value: { labels: reasons } } });
});

test('encodes a tombstone', () => {
  const { key, value, headers } = bus.encode({ topic: 'muster.alerts.v1', key: 'f1', value: null, envelope });
  expect([key, value]).toEqual(['f1', null]);
  expect(headers).toMatchObject({ ce_id: Buffer.from('message-1'), ce_subject: Buffer.from('f1') });
  expect(headers).not.toHaveProperty('content-type');
});

describe('refuses a value that breaks the schema', () => {
  const alert = {
    fingerprint: 'f',
    status: 'FIRING',
    severity: 'WARNING',
    target: 'shop',
    category: 'PERFORMANCE',
    title: 't',
    startsAt: NOW,
  };
  const wrongAlert = (change: object) =>
    ({ topic: 'muster.alerts.v1', value: { ...alert, ...change }, envelope }) as Outgoing;
  const evidence = { detector: 'level', series: 's' };
  test.each<[string, Outgoing]>([
    ['MetricSample.value: expected a number, got "abc"', metric({ value: 'abc' })],
    ['MetricSample.value: expected a number, got nothing', metric({ value: undefined })],
    ['MetricSample.value: expected a number, got 5n', metric({ value: 5n })],
    ['MetricSample.target: expected text, got null', metric({ target: null })],
    ["MetricSample.labels: expected a map, got [ 'a' ]", metric({ labels: ['a'] })],
    ['MetricSample.labels[route]: expected text, got 5', metric({ labels: { route: 5 } })],
    ['MetricSample.at: expected a whole number up to 2^53, got 1.5', metric({ at: 1.5 })],
    ['MetricSample.at: expected a whole number up to 2^53, got 1e+300', metric({ at: 1e300 })],
    ['MetricSample.at: expected a whole number up to 2^53, got 2026-06-15', metric({ at: new Date(NOW) })],
    ['MetricSample has no field lables; did you mean labels?', metric({ lables: {} })],
    [
      'MetricSample.envelope.causationId: expected null or text, got 7',
      metric({}, { envelope: { ...envelope, causationId: 7 } }),
    ],
    ['MetricSample.envelope: expected an object, got nothing', metric({}, { envelope: undefined })],
    [
      'MetricSample.envelope has no field correlationID; did you mean correlationId?',
      metric({}, { envelope: { ...envelope, correlationID: 'x' } }),
    ],
    ['Alert.status: expected one of UNKNOWN, FIRING, RESOLVED, got "BURNING"', wrongAlert({ status: 'BURNING' })],
    ['Alert.isFlapping: expected true or false, got "yes"', wrongAlert({ isFlapping: 'yes' })],
    ['Alert.transitions: expected a whole number of 32 bits, got 3000000000', wrongAlert({ transitions: 3e9 })],
    ["Alert.evidence: expected a list, got { detector: 'level', series: 's' }", wrongAlert({ evidence })],
    [
      'Alert.evidence[1].observed: expected null or a number, got "high"',
      wrongAlert({ evidence: [evidence, { ...evidence, observed: 'high' }] }),
    ],
    [
      'Alert.evidence[0].rule.policyVersion: expected a whole number of 32 bits, got nothing',
      wrongAlert({ evidence: [{ ...evidence, rule: { policyId: 'p', ruleId: 'r', condition: 'c' } }] }),
    ],
  ])('%s', (reason, message) => {
    expect(reasonFor(message)).toMatch(`${message.topic}: ${reason}`);
  });

  test('and shortens what it shows', () => {
    expect(reasonFor(metric({ value: 'x'.repeat(1000) }))).toBe(
      `${METRICS}: MetricSample.value: expected a number, got "${'x'.repeat(56)}...`,
    );
  });
});

describe('refuses a message that breaks a rule', () => {
  test.each<[string, Outgoing]>([
    ['MetricSample.value is NaN or Infinity, not a finite number', metric({ value: Infinity })],
    [
      "MetricSample.at is 20598 days behind this machine's clock (limit 7 days)",
      metric({ at: Math.floor(NOW / 1000) }),
    ],
    [
      "MetricSample.envelope.time is 2 hours ahead of this machine's clock",
      metric({}, { envelope: { ...envelope, time: NOW + 7_200_000 } }),
    ],
    ['MetricSample.envelope.id is empty', metric({}, { envelope: { ...envelope, id: '' } })],
    ['MetricSample.name is a text of 70000 bytes (limit 65536)', metric({ name: 'n'.repeat(70_000) })],
    ['the key has 1025 bytes (limit 1024)', metric({}, { key: 'k'.repeat(1025) })],
    ['the message has no key', metric({}, { key: '' })],
    ['the message has no key', { topic: METRICS, value: null, envelope }],
    ['A MetricSample for muster.metrics.v1 has no target, which is part of the message key', metric({ target: '' })],
    ['expiresAt is no time: expected epoch milliseconds, got NaN', metric({}, { expiresAt: NaN })],
    [
      'envelope.time is not a whole number of milliseconds',
      { topic: METRICS, key: 'k', value: null, envelope: { ...envelope, time: NaN } },
    ],
    ['envelope.time is 20', { topic: METRICS, key: 'k', value: null, envelope: { ...envelope, time: 0 } }],
    ['envelope.id is empty', { topic: METRICS, key: 'k', value: null, envelope: { ...envelope, id: '' } }],
  ])('%s', (reason, message) => {
    expect(reasonFor(message)).toContain(`${message.topic}: ${reason}`);
  });

  test('there is no such topic', () => {
    expect(reasonFor({ ...metric({}), topic: 'muster.metric.v1' } as unknown as Outgoing)).toContain(
      'The nearest are muster.metrics.v1',
    );
  });
});
