import { expect, it } from 'vitest';
import { chanceOf, drawn } from './draw.ts';

it('spreads chances evenly, also of texts that differ little', () => {
  const tenths = Array.from({ length: 10 }, () => 0);
  for (let index = 0; index < 10_000; index += 1) tenths[Math.floor(chanceOf('task', index) * 10)]! += 1;
  for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  expect(chanceOf('a', 'bc')).not.toBe(chanceOf('ab', 'c'));
  expect(chanceOf('a', 1)).toBe(chanceOf('a', 1));
});

it('draws by shares', () => {
  expect([0, 0.49, 0.5, 0.999_999].map((chance) => drawn([0.5, 0.5], chance))).toEqual([0, 0, 1, 1]);
  expect(drawn([0, 1, 0], 0)).toBe(1);
  // What rounding leaves over falls to the last that has a share.
  expect(drawn([0.3, 0.6, 0], 0.95)).toBe(1);
});
