import { expect, test } from 'vitest';
import { checkRoom } from './data-folder.ts';

test('less than a gibibyte of room is refused, with the figure', () => {
  expect(() => checkRoom('/data', 1024 ** 3)).not.toThrow();
  expect(() => checkRoom('/data', 300.7 * 1024 ** 2)).toThrow(/^Only 300 MiB are free where \/data lies/);
});
