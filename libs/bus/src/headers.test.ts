import { describe, expect, test } from 'vitest';
import { envelope, NOW } from '../test/sample.ts';
import { headersOf, headerText, tombstoneHeadersOf } from './headers.ts';

const facts = { type: 'muster.MetricSample.v1', key: 'shop/latency_ms', envelope };
const texts = (headers: ReturnType<typeof headersOf>) =>
  Object.fromEntries(Object.entries(headers).map(([name, bytes]) => [name, Buffer.from(bytes!).toString()]));

test('says in CloudEvents and W3C terms what the message says', () => {
  const all = headersOf({ ...facts, envelope: { ...envelope, causationId: 'cause-1' }, expiresAt: NOW + 60_000 });
  expect(texts(all)).toEqual({
    ce_specversion: '1.0',
    ce_id: 'message-1',
    ce_source: 'shop',
    ce_type: 'muster.MetricSample.v1',
    ce_time: '2026-06-15T12:00:00.000Z',
    ce_subject: 'shop/latency_ms',
    ce_correlationid: 'correlation-1',
    ce_causationid: 'cause-1',
    ce_expirytime: '2026-06-15T12:01:00.000Z',
    'content-type': 'application/avro',
    traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/) as string,
  });
});

test('leaves out what there is not', () => {
  expect(Object.keys(headersOf(facts))).not.toContain('ce_causationid');
  expect(Object.keys(headersOf(facts))).not.toContain('ce_expirytime');
  expect(Object.keys(tombstoneHeadersOf(facts))).not.toContain('content-type');
});

test('makes a URI reference of a source that is none', () => {
  expect(headerText(headersOf({ ...facts, envelope: { ...envelope, source: 'Büro 5 \ud800' } }), 'ce_source')).toBe(
    'B%C3%BCro%205%20%EF%BF%BD',
  );
  expect(headerText(headersOf({ ...facts, envelope: { ...envelope, source: 'agents/monitoring' } }), 'ce_source')).toBe(
    'agents/monitoring',
  );
});

describe('traceparent', () => {
  const traceparent = (change: object, parent?: string) =>
    headerText(headersOf({ ...facts, envelope: { ...envelope, ...change }, traceparent: parent }), 'traceparent')!;
  const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';

  test('is one trace for one correlation, and one span for one message, always the same', () => {
    const first = traceparent({}).split('-');
    const second = traceparent({ id: 'message-2' }).split('-');
    const other = traceparent({ correlationId: 'correlation-2' }).split('-');
    expect(traceparent({})).toBe(first.join('-'));
    expect(second[1]).toBe(first[1]);
    expect(second[2]).not.toBe(first[2]);
    expect(other[1]).not.toBe(first[1]);
  });

  test('goes on with the trace and the flags of the message before', () => {
    expect(traceparent({}, parent)).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$/);
    expect(traceparent({}, parent)).not.toBe(parent);
  });

  test.each(['', 'nonsense', parent.toUpperCase(), `00-${'0'.repeat(32)}-b7ad6b7169203331-00`, `${parent}-more`])(
    'takes no notice of %j',
    (wrong) => {
      expect(traceparent({}, wrong)).toBe(traceparent({}));
    },
  );
});

test('reads the text of a header from any bytes', () => {
  const within = new Uint8Array(Buffer.from('-- ü --')).subarray(3, 5);
  expect(headerText({ a: within, empty: new Uint8Array(0) }, 'a')).toBe('ü');
  expect(headerText({ empty: new Uint8Array(0) }, 'empty')).toBeUndefined();
  expect(headerText({}, 'none')).toBeUndefined();
});
