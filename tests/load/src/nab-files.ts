import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Truth } from './nab-score.ts';

export type NabFile = Truth & {
  /** `<category>/<name>.csv`. */
  readonly path: string;
  /** `timestamp,value` as they stand in the file. */
  readonly lines: readonly string[];
  readonly times: readonly number[];
  readonly values: readonly number[];
};

const readOne = async (folder: string, path: string, labels: readonly (readonly string[])[]): Promise<NabFile> => {
  const text = await readFile(join(folder, 'data', path), 'utf8');
  const lines = text.trim().split(/\r?\n/).slice(1);
  const stamps = lines.map((line) => line.split(',')[0] ?? '');
  const rowOf = (label = ''): number => {
    const row = stamps.indexOf(label.split('.')[0] ?? '');
    if (row < 0) throw new Error(`${path} has no row at ${label}, which combined_windows.json speaks of.`);
    return row;
  };
  return {
    path,
    lines,
    rows: lines.length,
    times: stamps.map((stamp) => Date.parse(`${stamp.replace(' ', 'T')}Z`)),
    values: lines.map((line) => Number(line.split(',')[1])),
    windows: labels.map(([from, to]) => [rowOf(from), rowOf(to)] as const),
  };
};

/** Reads a folder laid out like NAB: `labels/combined_windows.json` and the `data/<category>/<name>.csv` it names. */
export const readNab = async (folder: string): Promise<NabFile[]> => {
  const text = await readFile(join(folder, 'labels', 'combined_windows.json'), 'utf8').catch(() => {
    throw new Error(
      `No labels/combined_windows.json in ${folder}. Give a folder laid out like github.com/numenta/NAB by --data or NAB_DIR.`,
    );
  });
  const labels = JSON.parse(text) as Record<string, string[][]>;
  return Promise.all(
    Object.keys(labels)
      .toSorted()
      .map((path) => readOne(folder, path, labels[path] ?? [])),
  );
};

/** Writes `timestamp,value,anomaly_score`, one row per data row. */
export const writeScores = async (folder: string, file: NabFile, scores: ArrayLike<number>): Promise<void> => {
  const target = join(folder, file.path);
  await mkdir(dirname(target), { recursive: true });
  const rows = file.lines.map((line, row) => `${line},${scores[row] ?? 0}`);
  await writeFile(target, ['timestamp,value,anomaly_score', ...rows, ''].join('\n'));
};
