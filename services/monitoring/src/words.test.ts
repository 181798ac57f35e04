import { expect, it } from 'vitest';
import { durationInWords, numberInWords, quantity, rangeInWords, seriesInWords } from './words.ts';

it.each([
  [842.234, '842'],
  [0.012345, '0.0123'],
  [12_345.6, '12346'],
  [-3, '-3'],
  [0, '0'],
  [1e-9, '1e-9'],
])('%d reads %s', (value, words) => {
  expect(numberInWords(value)).toBe(words);
});

it('a quantity has its unit where there is one', () => {
  expect([quantity(92, '%'), quantity(31, '')]).toEqual(['92 %', '31']);
});

it.each([
  [40, 120, 'ms', '40-120 ms'],
  [-5, 12, 'ms', '-5 to 12 ms'],
  [1e-9, 2e-9, '', '1e-9 to 2e-9'],
  [42, 42, '', '42'],
  [0, 5e-300, 'errors', '0 errors'],
])('from %d to %d %s reads %s', (lower, upper, unit, words) => {
  expect(rangeInWords(lower, upper, unit)).toBe(words);
});

it.each([
  [40_000, '40 s'],
  [300_000, '5 min'],
  [6 * 3_600_000, '6 h'],
  [72 * 3_600_000, '3 d'],
])('%d ms reads %s', (ms, words) => {
  expect(durationInWords(ms)).toBe(words);
});

it('a series is named with its labels in order', () => {
  const series = { target: 'shop', name: 'latency_ms', unit: 'ms', category: 'PERFORMANCE' } as const;
  expect(seriesInWords({ ...series, labels: { zone: 'a', route: '/cart' } })).toBe(
    'shop latency_ms{route=/cart,zone=a}',
  );
});
