/** How lines are laid out: 79 columns at the most, times in front. */
import { stripVTControlCharacters } from 'node:util';

export const width = 79;
const stampWidth = 8;
const indent = ' '.repeat(stampWidth + 2);

/** `12.3 s`, `450 ms`. */
export const duration = (ms: number): string =>
  Math.abs(ms) < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;

/** A moment, in seconds since the beginning, right-aligned. */
export const stamp = (at: number, startedAt: number): string =>
  `${((at - startedAt) / 1_000).toFixed(1)} s`.padStart(stampWidth);

/** Lines under a stamp: the first one beside it. */
export const stamped = (mark: string, lines: readonly string[]): string[] =>
  lines.map((line, index) => `${index === 0 ? mark : ' '.repeat(stampWidth)}  ${line}`);

/** Text in lines that fit, beside a stamp unless said otherwise; broken at spaces. */
export function wrapped(text: string, room = width - indent.length): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Cuts a line with colours to a number of visible characters; the colours end where it is cut. */
export function cut(line: string, columns: number): string {
  if (stripVTControlCharacters(line).length <= columns) return line;
  let visible = 0;
  let result = '';
  // oxlint-disable-next-line no-control-regex
  for (const [part, , character] of line.matchAll(/(\u001b\[[\d;]*m)|([^\u001b])/gu)) {
    if (character !== undefined && (visible += 1) > columns) break;
    result += part;
  }
  return result.includes('\u001b') ? `${result}\u001b[0m` : result;
}

/** Rows of cells as aligned columns, two spaces between them; columns named in `right` are aligned there. */
export function aligned(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]!.length))) ?? [];
  const cell = (text: string, column: number) =>
    right.includes(column) ? text.padStart(widths[column]!) : text.padEnd(widths[column]!);
  return rows.map((row) => row.map(cell).join('  ').trimEnd());
}
