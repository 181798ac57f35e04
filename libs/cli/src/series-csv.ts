/** A recorded series: lines of `timestamp,value`. */
import { parseTime } from './moment.ts';

export interface Point {
  /** Epoch ms. */
  readonly at: number;
  readonly value: number;
}

export interface Series {
  /** In order of time. */
  readonly points: readonly Point[];
  /** What could not be read, a sentence each, with its line number. */
  readonly faults: readonly string[];
}

/**
 * Reads a series. The first line may be a heading, which then says which columns hold `timestamp` and `value`; times are ISO (UTC
 * unless they say otherwise), epoch seconds or epoch milliseconds.
 */
export function parseSeries(text: string): Series {
  const lines = text.split(/\r?\n/);
  const heading = cells(lines[0] ?? '').map((cell) => cell.toLowerCase());
  const hasHeading = heading.slice(0, 2).some((cell) => /^[a-z]/.test(cell));
  const timeColumn = hasHeading ? heading.findIndex((cell) => /^(timestamp|time|date|at)$/.test(cell)) : 0;
  const valueColumn = hasHeading ? heading.indexOf('value') : 1;
  if (timeColumn < 0 || valueColumn < 0)
    return { points: [], faults: [`line 1: the heading "${heading.join(',')}" has no timestamp and value columns.`] };

  const points: Point[] = [];
  const faults: string[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' || (hasHeading && index === 0)) continue;
    const row = cells(line);
    const [time, text] = [row[timeColumn] ?? '', row[valueColumn] ?? ''];
    const at = parseTime(time);
    const value = text === '' ? NaN : Number(text);
    if (at === undefined) faults.push(`line ${index + 1}: "${time}" is no time.`);
    else if (!Number.isFinite(value)) faults.push(`line ${index + 1}: "${text}" is no finite number.`);
    else points.push({ at, value });
  }
  return { points: points.toSorted((a, b) => a.at - b.at), faults };
}

const cells = (line: string): string[] => line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
