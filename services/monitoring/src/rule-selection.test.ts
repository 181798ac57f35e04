import { expect, it } from 'vitest';
import { selectionOf } from './rule-selection.ts';

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
  expect(selectionOf(when)).toBe(selection);
});

it.each([
  ['value > 3.0'],
  ["target == 'shop' && value > 3.0 || value > 9.0"],
  ["target == 'shop' ? value > 3.0 : value > 9.0"],
  ["target == r'sh\\op' && value > 3.0"],
  ["target == '''shop''' && value > 3.0"],
  ["target == 'shop' // && tier == 'LOW'\n && value > 3.0"],
])('of %s is not told apart', (when) => {
  expect(selectionOf(when)).toBeUndefined();
});
