import { fitted, harmless } from './terminal.ts';
import type { Colours } from './terminal.ts';

export interface Column<R> {
  readonly title: string;
  text(row: R): string;
  /** Colours the cell; its width is measured before. */
  paint?(row: R, colours: Colours): ((text: string) => string) | undefined;
  readonly align?: 'right';
}

/** Rows as aligned lines under a dim heading; the last column is cut where the line ends. */
export function tableLines<R>(
  rows: readonly R[],
  columns: readonly Column<R>[],
  { colours, width }: { readonly colours: Colours; readonly width: number | undefined },
): string[] {
  const cells = rows.map((row) => columns.map((column) => harmless(column.text(row))));
  const widths = columns.map(({ title }, index) => Math.max(title.length, ...cells.map((line) => line[index]!.length)));
  const before = widths.slice(0, -1).reduce((sum, cell) => sum + cell + 2, 0);
  const pad = (text: string, index: number): string => {
    if (columns[index]!.align === 'right') return text.padStart(widths[index]!);
    if (index < columns.length - 1) return text.padEnd(widths[index]!);
    return fitted(text, width === undefined ? undefined : Math.max(10, width - before));
  };
  const heading = columns.map(({ title }, index) => pad(title, index)).join('  ');
  return [
    colours.dim(heading.trimEnd()),
    ...rows.map((row, line) =>
      columns
        .map(({ paint }, index) => (paint?.(row, colours) ?? String)(pad(cells[line]![index]!, index)))
        .join('  ')
        .trimEnd(),
    ),
  ];
}
