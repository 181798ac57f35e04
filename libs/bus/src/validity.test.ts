import { expect, test } from 'vitest';
import { keyFault, timeFault } from './validity.ts';

const clock = { time: Date.UTC(2026, 5, 15), name: "the log's clock" };
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

test.each([
  [-7 * DAY, undefined],
  [60 * MINUTE, undefined],
  [-7 * DAY - 1, "is 7 days behind the log's clock (limit 7 days)"],
  [-366 * DAY, "is 366 days behind the log's clock (limit 7 days)"],
  [60 * MINUTE + 1, "is 60 minutes ahead of the log's clock (limit 1 hour)"],
  [3 * 60 * MINUTE, "is 3 hours ahead of the log's clock (limit 1 hour)"],
])('a time %d ms off', (offset, fault) => {
  const found = timeFault(clock.time + offset, clock);
  if (fault === undefined) return expect(found).toBeUndefined();
  expect(found).toBe(`${fault}; check the producer's clock or time unit (milliseconds expected)`);
});

test('a key counts in bytes', () => {
  expect(keyFault(Buffer.from('é'.repeat(512)))).toBeUndefined();
  expect(keyFault(Buffer.from('é'.repeat(513)))).toBe('the key has 1026 bytes (limit 1024)');
});
