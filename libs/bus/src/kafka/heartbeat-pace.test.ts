import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { heartbeatPace } from './heartbeat-pace.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('is quick while records come, and calm when none have come for an interval', () => {
  const pace = heartbeatPace(1_000);
  expect(pace.intervalMs).toBe(1_000);
  pace.recordsCame();
  vi.advanceTimersByTime(999);
  expect(pace.intervalMs).toBe(250);
  pace.recordsCame();
  vi.advanceTimersByTime(999);
  expect(pace.intervalMs).toBe(250);
  vi.advanceTimersByTime(1);
  expect(pace.intervalMs).toBe(1_000);
});
