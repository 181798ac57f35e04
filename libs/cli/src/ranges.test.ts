import { expect, it } from 'vitest';
import { ranges } from './ranges.ts';

it.each([
  [[0, 1, 2, 3, 7], '0-3,7'],
  [[10, 2, 3], '2-3,10'],
  [[5], '5'],
  [[], '-'],
])('partitions %j are %s', (numbers, text) => expect(ranges(numbers)).toBe(text));
