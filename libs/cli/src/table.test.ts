import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { tableLines } from './table.ts';

const rows = [
  { name: 'monitoring', lag: 3, about: 'signals to alerts' },
  { name: 'evil\u001b[2J\nname', lag: 1200, about: 'x' },
];
const columns = [
  { title: 'NAME', text: (row: (typeof rows)[0]) => row.name },
  { title: 'LAG', text: (row: (typeof rows)[0]) => String(row.lag), align: 'right' as const },
  { title: 'ABOUT', text: (row: (typeof rows)[0]) => row.about },
];
const plain = picocolors.createColors(false);

describe('a table', () => {
  it('aligns, and keeps control characters from the terminal', () => {
    expect(tableLines(rows, columns, { colours: plain, width: undefined })).toEqual([
      'NAME            LAG  ABOUT',
      'monitoring        3  signals to alerts',
      'evil?[2J name  1200  x',
    ]);
  });

  it('cuts the last column where the line ends', () => {
    expect(tableLines(rows, columns, { colours: plain, width: 35 })[1]).toBe('monitoring        3  signals to al…');
  });

  it('measures before it colours', () => {
    const painted = columns.map((column) => ({ ...column, paint: () => (text: string) => `<${text}>` }));
    expect(tableLines(rows.slice(0, 1), painted, { colours: plain, width: undefined })[1]).toBe(
      '<monitoring>  <  3>  <signals to alerts>',
    );
  });
});
