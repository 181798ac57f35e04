import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { aligned, cut, duration, stamp, stamped, wrapped } from './layout.ts';
import { colourful } from './palette.ts';

it.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1_840, '1.8 s'],
  [125_000, '125.0 s'],
])('%d ms is %s', (ms, expected) => {
  expect(duration(ms)).toBe(expected);
});

it('puts the time in front of the first line, and the others below each other', () => {
  expect(stamped(stamp(53_210, 1_000), ['one', 'two'])).toEqual(['  52.2 s  one', '          two']);
});

it('breaks text at spaces, and a word that is too long nowhere', () => {
  const lines = wrapped(`${'word '.repeat(30)}${'x'.repeat(90)}`);
  expect(lines.slice(0, -1).every((line) => line.length <= 69)).toBe(true);
  expect(lines.at(-1)).toBe('x'.repeat(90));
  expect(wrapped('short')).toEqual(['short']);
});

it('cuts what is seen and not the colours', () => {
  const line = `ab${colourful.bad('cdef')}gh`;
  expect(cut(line, 8)).toBe(line);
  expect(stripVTControlCharacters(cut(line, 3))).toBe('abc');
  expect(cut(line, 3).endsWith('\u001b[0m')).toBe(true);
});

it('aligns columns', () => {
  expect(
    aligned(
      [
        ['name', 'pid'],
        ['a', '1'],
        ['shop', '12345'],
      ],
      [1],
    ),
  ).toEqual(['name    pid', 'a         1', 'shop  12345']);
});
