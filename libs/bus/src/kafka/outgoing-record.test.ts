import { expect, test } from 'vitest';
import { sizeOf, toOutgoing } from './outgoing-record.ts';
import { encodeRecord } from './record-format.ts';

const bytes = (length: number) => new Uint8Array(length).fill(7);

test('never underestimates what a record takes in a batch, and not by much', () => {
  for (const [key, value, headers] of [
    [null, null, {}],
    ['k', bytes(0), {}],
    ['ключ', bytes(100), { ce_id: bytes(36), ce_type: bytes(0), имя: bytes(3) }],
    [bytes(300), bytes(1_000_000), Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`h${i}`, bytes(200)]))],
  ] as const) {
    const message = toOutgoing({ topic: 't', key, value, headers });
    const real = encodeRecord({ ...message, offsetDelta: 1_000_000 }).length;
    expect(sizeOf(message)).toBeGreaterThanOrEqual(real);
    expect(sizeOf(message)).toBeLessThanOrEqual(real + 36 + 20 * 10);
  }
});

test('hands a client bytes, not text, and no header without a value', () => {
  const value = Uint8Array.of(0, 255);
  const message = toOutgoing({ topic: 't', key: Uint8Array.of(200), value, headers: { a: value, b: undefined } });
  expect(message.key).toEqual(Buffer.from([200]));
  expect(message.value).toEqual(Buffer.from([0, 255]));
  expect(message.value!.buffer).toBe(value.buffer);
  expect(message.headers).toEqual({ a: Buffer.from([0, 255]) });
});
