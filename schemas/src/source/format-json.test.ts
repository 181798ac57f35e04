import { expect, it } from 'vitest';
import { formatJson } from './format-json.ts';

it('keeps on one line what fits, and spreads the rest', () => {
  const value = { a: [1, 2, { b: null }], long: { text: 'x'.repeat(80), more: 'y'.repeat(30) }, none: {}, empty: [] };
  expect(formatJson(value)).toBe(`\
{
  "a": [1, 2, { "b": null }],
  "long": {
    "text": "${'x'.repeat(80)}",
    "more": "${'y'.repeat(30)}"
  },
  "none": {},
  "empty": []
}
`);
});

it('uses 120 columns, with the comma', () => {
  const line = (length: number): string => formatJson({ a: ['x'.repeat(length)], b: 1 }).split('\n')[1]!;
  expect(line(107)).toBe(`  "a": ["${'x'.repeat(107)}"],`);
  expect(line(107)).toHaveLength(119);
  expect(line(108)).toHaveLength(120);
  expect(line(109)).toBe('  "a": [');
});

it('gives a table a line for each row', () => {
  expect(
    formatJson({
      rows: [
        { a: 1, b: 2 },
        { a: 3, b: 4 },
      ],
    }),
  ).toBe(`\
{
  "rows": [
    { "a": 1, "b": 2 },
    { "a": 3, "b": 4 }
  ]
}
`);
});
