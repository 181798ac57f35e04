import { expect, it } from 'vitest';
import { partWithout } from './part-without.ts';

it.each([
  ["target == 'shop' && value > 3.0", "(target == 'shop')"],
  [
    'name == "a&&b" && (value > 1.0 || value < 0.0) && tier in ["CRITICAL"]',
    '(name == "a&&b") && (tier in ["CRITICAL"])',
  ],
  ['target == "it\\"s && so" && value > 3.0', '(target == "it\\"s && so")'],
  ["target == 'shop'", "(target == 'shop')"],
  ["unit == 'GB' && labels.url == 'http://shop'", "(unit == 'GB') && (labels.url == 'http://shop')"],
])('of %s is %s', (when, selection) => {
  expect(partWithout('value', when)).toBe(selection);
});

it.each([
  ['value > 3.0'],
  ["target == 'shop' && value > 3.0 || value > 9.0"],
  ["target == 'shop' ? value > 3.0 : value > 9.0"],
  ["target == r'sh\\op' && value > 3.0"],
  ["target == '''shop''' && value > 3.0"],
  ["target == 'shop' // && tier == 'LOW'\n && value > 3.0"],
])('of %s is not told apart', (when) => {
  expect(partWithout('value', when)).toBeUndefined();
});

it('goes by whole words', () => {
  expect(partWithout('by', "by.severity == 'CRITICAL' && alert.labels.baby == 'x'")).toBe("(alert.labels.baby == 'x')");
});
