import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DataRoot } from './data-root.ts';
import { text } from './duck.ts';
import { halfOf, isHalf, publishFile, replaceFile, rmHalves } from './durable-file.ts';
import { fileFault, refusal } from './refusal.ts';
import type { RunState } from './run-state.ts';
import type { Sink } from './sink.ts';

const endings = { csv: 'csv', jsonLines: 'jsonl', parquet: 'parquet' } as const;
const formats = { csv: 'FORMAT csv, HEADER', jsonLines: 'FORMAT json', parquet: 'FORMAT parquet' } as const;
const ownerFile = '_run.json';
const manifestFile = '_manifest.json';

/**
 * A folder with one file a batch. A file appears whole under the name of its batch or not at all; a batch that is done again after a crash replaces its own
 * file.
 */
export function fileSink(kind: keyof typeof endings, path: string, runId: string, root: DataRoot): Sink {
  const shown = path.replaceAll('{run}', runId);
  const folder = root.folder(shown);
  const partName = (batch: number): string => `part-${String(batch).padStart(6, '0')}.${endings[kind]}`;
  const faultOf = (error: unknown): Error => {
    if (error instanceof Error && 'faultClass' in error) return error;
    return existsSync(folder)
      ? fileFault(`writing ${shown}`, error)
      : refusal('SinkGone', `the folder ${shown} is gone: what was loaded into it is lost; begin a new run`);
  };
  const asFault = async <T>(work: () => T | Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw faultOf(error);
    }
  };
  return {
    where: shown,
    directories: [folder],
    begin: ({ parts }) =>
      asFault(() => {
        claim(folder, shown, runId, parts.length > 0);
        const known = new Set(parts.map(({ name }) => name));
        const there = readdirSync(folder);
        const lost = parts.find(({ name }) => !there.includes(name));
        if (lost !== undefined)
          throw refusal(
            'SinkGone',
            `${shown}/${lost.name} was loaded and is gone: begin a new run, with another folder`,
          );
        rmHalves(folder);
        for (const file of there)
          if (file === manifestFile || (file.startsWith('part-') && !known.has(file))) rmSync(join(folder, file));
      }),
    async prepare(batch, query, _rows, duck) {
      const name = partName(batch);
      const half = halfOf(join(folder, name));
      await asFault(() => duck.run(`COPY (${query}) TO ${text(half)} (${formats[kind]})`));
      return { name, publish: () => asFault(() => publishFile(half, join(folder, name))) };
    },
    finish: ({ parts, job, version, read, loaded, rejected }: RunState) =>
      asFault(() => {
        const sized = parts.map((part) => ({ ...part, bytes: statSync(join(folder, part.name)).size }));
        const manifest = { run: runId, job, version, read, loaded, rejected, parts: sized };
        replaceFile(join(folder, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`);
      }),
    close: () => Promise.resolve(),
  };
}

/** The folder is this run's, or becomes it. `isBegun`: something of it must be there. */
function claim(folder: string, shown: string, runId: string, isBegun: boolean): void {
  const owner = join(folder, ownerFile);
  if (existsSync(owner)) {
    const { run } = JSON.parse(readFileSync(owner, 'utf8')) as { run?: unknown };
    if (run !== runId)
      throw refusal(
        'SinkTaken',
        `${shown} holds what run ${String(run)} loaded: name another folder (with {run} each run has its own), or move it away`,
      );
    return;
  }
  if (readdirSync(folder).some((file) => !isHalf(file)))
    throw refusal('SinkTaken', `${shown} is not empty: name a folder of its own for what is loaded`);
  if (!isBegun) replaceFile(owner, `${JSON.stringify({ run: runId })}\n`);
}
