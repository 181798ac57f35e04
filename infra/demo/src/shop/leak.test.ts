import { expect, it } from 'vitest';
import { leakOf } from './leak.ts';

it('costs nothing at first and more and more near the limit, which it keeps', () => {
  const leak = leakOf(8, 1_000);
  const delays = Array.from({ length: 10 }, () => leak.keep());
  expect(delays).toEqual([0, 0, 0, 0, 250, 500, 750, 1_000, 1_000, 1_000]);
  expect(leak.keptMiB).toBe(8);
  leak.drop();
  expect(leak.keep()).toBe(0);
});
