import { expect, it } from 'vitest';
import { retryAfterMsOf } from './index.ts';

const now = Date.UTC(2026, 0, 5, 8);
const of = (value?: string): number | null =>
  retryAfterMsOf(new Headers(value === undefined ? {} : { 'retry-after': value }), now);

it('reads seconds and dates, and nothing else', () => {
  expect(of('120')).toBe(120_000);
  expect(of('Mon, 05 Jan 2026 08:00:30 GMT')).toBe(30_000);
  expect(of('Mon, 05 Jan 2026 07:00:00 GMT')).toBe(0);
  expect([of(), of('soon'), of('-5')]).toEqual([null, null, expect.anything()]);
});

it('waits no longer than a day', () => {
  expect(of('999999999')).toBe(24 * 3_600_000);
});
