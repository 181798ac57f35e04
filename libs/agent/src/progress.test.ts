import type { LogRecord } from '@muster/bus';
import { expect, it } from 'vitest';
import { progressFrom } from './progress.ts';

const record = (offset: number, size = 10): LogRecord => ({
  topic: 't',
  partition: 0,
  offset,
  timestamp: 1_000 + offset,
  key: null,
  value: new Uint8Array(size),
  headers: {},
});

it('moves only over what is done without a gap', () => {
  const progress = progressFrom('t', 5);
  expect(progress.safeOffset).toBe(5);
  const [a, b, c] = [5, 6, 9].map((offset) => progress.take(record(offset)));
  if (a === undefined || b === undefined || c === undefined) throw new Error('nothing taken');
  progress.done(b);
  expect(progress.safeOffset).toBe(5);
  progress.done(a);
  expect(progress.safeOffset).toBe(9);
  progress.done(c);
  expect(progress.safeOffset).toBe(10);
  expect(progress.lastTimestamp).toBe(1_009);
});

it('knows what is in flight, in records and bytes', () => {
  const progress = progressFrom('t', undefined);
  expect(progress.safeOffset).toBe(-1);
  const taken = Array.from({ length: 3_000 }, (_, offset) => progress.take(record(offset, 100)));
  expect(progress.count).toBe(3_000);
  expect(progress.bytes).toBeGreaterThanOrEqual(300_000);
  for (const each of taken.slice(0, 2_999)) progress.done(each);
  expect(progress.count).toBe(1);
  expect(progress.safeOffset).toBe(2_999);
});
