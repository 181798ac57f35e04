import { expect, test } from 'vitest';
import { startOffset } from './start-offsets.ts';
import type { Bounds } from './start-offsets.ts';
import type { StartAt } from '../log.ts';

const bounds = { beginning: 100, end: 200 };

test.each<[string, StartAt, Bounds, number]>([
  ['the beginning', { at: 'beginning' }, bounds, 100],
  ['the end', { at: 'end' }, bounds, 200],
  ['an offset in the log', { at: 'offset', offset: 150 }, bounds, 150],
  ['the next offset', { at: 'offset', offset: 200 }, bounds, 200],
  ['an offset that retention has overtaken', { at: 'offset', offset: 20 }, bounds, 100],
  ['an offset beyond the end, of another log', { at: 'offset', offset: 201 }, bounds, 100],
  ['a time', { at: 'time', time: 1 }, { ...bounds, atTime: 170 }, 170],
  ['a time after the last record', { at: 'time', time: 1 }, { ...bounds, atTime: -1 }, 200],
])('begins at %s', (_, start, of, expected) => {
  expect(startOffset(start, of)).toBe(expected);
});
