import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { DataRoot } from './data-root.ts';
import { text, type Duck } from './duck.ts';
import { fileFault, refusal } from './refusal.ts';
import { replaceFile, type RunState } from './run-state.ts';
import type { Sink } from './sink.ts';

const endings = { csv: 'csv', jsonLines: 'jsonl', parquet: 'parquet' } as const;
const formats = { csv: 'FORMAT csv, HEADER', jsonLines: 'FORMAT json', parquet: 'FORMAT parquet' } as const;
const ownerFile = '_run.json';
const manifestFile = '_manifest.json';

/**
 * A folder with one file a batch. A file appears whole under the name of its batch or not at all; a batch that is done again after a crash replaces its own
 * file. Throws PermanentError when the folder holds what is of somebody else.
 */
export function fileSink(kind: keyof typeof endings, path: string, runId: string, root: DataRoot): Sink {
  const shown = path.replaceAll('{run}', runId);
  const folder = root.folder(shown);
  claim(folder, shown, runId);
  for (const file of readdirSync(folder)) if (file.endsWith('.half')) rmSync(join(folder, file), { force: true });
  const partName = (batch: number): string => `part-${String(batch).padStart(6, '0')}.${endings[kind]}`;
  return {
    where: shown,
    directories: [folder],
    async write(batch, query, rows, duck: Duck) {
      const part = join(folder, partName(batch));
      try {
        if (rows === 0) {
          rmSync(part, { force: true });
          return undefined;
        }
        const half = join(folder, `.${partName(batch)}.${process.pid}.half`);
        await duck.run(`COPY (${query}) TO ${text(half)} (${formats[kind]})`);
        const descriptor = openSync(half, 'r+');
        fsyncSync(descriptor);
        closeSync(descriptor);
        renameSync(half, part);
        return partName(batch);
      } catch (error) {
        if (error instanceof Error && 'faultClass' in error) throw error;
        throw existsSync(folder)
          ? fileFault(`writing ${shown}`, error)
          : refusal('SinkGone', `the folder ${shown} is gone: what was loaded into it is lost; begin a new run`);
      }
    },
    finish(state) {
      const parts = state.parts.map((part) => ({ ...part, bytes: statSync(join(folder, part.name)).size }));
      const { job, version, read, loaded, rejected } = state;
      const manifest = { run: runId, job, version, read, loaded, rejected, parts };
      replaceFile(join(folder, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`);
      return Promise.resolve();
    },
    /** What the checkpoint says is there must be there. */
    check(state: RunState) {
      const lost = state.parts.find(({ name }) => !existsSync(join(folder, name)));
      if (lost !== undefined)
        return Promise.reject(
          refusal('SinkGone', `${shown}/${lost.name} was loaded and is gone: begin a new run, with another folder`),
        );
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

function claim(folder: string, shown: string, runId: string): void {
  const owner = join(folder, ownerFile);
  try {
    if (existsSync(owner)) {
      const { run } = JSON.parse(readFileSync(owner, 'utf8')) as { run?: unknown };
      if (run !== runId)
        throw refusal(
          'SinkTaken',
          `${shown} holds what run ${String(run)} loaded: name another folder (with {run} each run has its own), or move it away`,
        );
      return;
    }
    if (readdirSync(folder).some((file) => !file.endsWith('.half')))
      throw refusal('SinkTaken', `${shown} is not empty: name a folder of its own for what is loaded`);
    replaceFile(owner, `${JSON.stringify({ run: runId })}\n`);
  } catch (error) {
    throw error instanceof Error && 'faultClass' in error ? error : fileFault(`writing ${shown}`, error);
  }
}
