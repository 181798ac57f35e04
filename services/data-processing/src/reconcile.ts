import { join } from 'node:path';
import type { JobColumns, Reconciliation } from '@muster/jobs';
import { openDuck, text, type Duck } from './duck.ts';
import { meshBus } from './mesh-bus.ts';
import { openSource } from './open-source.ts';
import { refusal } from './refusal.ts';
import { replaceFile } from './durable-file.ts';
import { stage } from './load-batches.ts';
import { rejectLines, rejectedIn } from './rejected-rows.ts';
import { smaller, type RunSurroundings } from './run-job.ts';
import { runFolder, type Place } from './run-state.ts';
import { classified, held } from './reconcile-rules.ts';

/** What became of the rows of one side: `rows` is the sum of all others. */
interface SideTotals {
  readonly rows: number;
  /** They break a rule of their columns, and are not compared. */
  readonly rejected: number;
  readonly matched: number;
  readonly differing: number;
  /** Their key is not on the other side. */
  readonly only: number;
  /** Their key is there more than once, on either side, or has no value. */
  readonly ambiguous: number;
}

interface Reconciled {
  readonly runId: string;
  readonly name: string;
  readonly isSame: boolean;
  readonly left: SideTotals;
  readonly right: SideTotals;
  /** How many rows differ in which column; a row may differ in several. */
  readonly differingBy: Record<string, number>;
  /** Of all rows that were read well, by column that is a number on both sides. */
  readonly sums: { readonly column: string; readonly left: number; readonly right: number }[];
  /** The folder of the differences, if they are kept. */
  readonly differences: string | null;
  readonly tookMs: number;
}

/** Compares two sets. The same sets give the same answer, so it is simply done again after a crash. Throws a fault with a sentence. */
export async function reconcile(
  definition: Reconciliation,
  runId: string,
  around: RunSurroundings,
): Promise<Reconciled> {
  const { root, now } = around;
  const startedAt = now();
  const folder = runFolder(root, runId);
  if (folder.load() !== undefined) throw refusal('RunTaken', `${runId} is a run of a job: begin a new one`);
  const shown = definition.differences?.replaceAll('{run}', runId);
  const target = shown === undefined ? undefined : root.folder(shown);
  let duck: Duck | undefined;
  const open = (side: 'left' | 'right') =>
    openSource(
      { source: definition[side].source, columns: columnsOf(definition, side) },
      {
        root,
        work: folder.work,
        batchBytes: around.batchBytes,
        duck: () => duck!,
        known: undefined,
        signal: around.signal,
        bus: around.bus ?? meshBus,
      },
    );
  const first = await open('left');
  const second = await open('right').catch(async (error: unknown) => {
    await first.close();
    throw error;
  });
  const sources = { left: first, right: second };
  try {
    folder.begin();
    duck = await openDuck(
      {
        directories: [
          folder.work,
          ...sources.left.directories,
          ...sources.right.directories,
          ...(target === undefined ? [] : [target]),
        ],
        spill: folder.work,
        memory: smaller(definition.memory, around.memory),
        threads: around.threads,
      },
      around.signal,
    );
    const rejects: string[] = [];
    const rejected = { left: 0, right: 0 };
    for (const side of ['left', 'right'] as const) {
      const source = sources[side];
      let place: Place | undefined = source.first ?? { file: 0, offset: 0 };
      let row = 0;
      for (let number = 0; place !== undefined; number += 1) {
        around.signal.throwIfAborted();
        const batch = await source.read(place, 0);
        await stage(batch, duck);
        const bad = await rejectedIn(batch, duck);
        rejected[side] += bad.length;
        if (rejects.length < mostRejectsKept) rejects.push(...rejectLines(bad, batch.name, row));
        const names = Object.keys(columnsOf(definition, side));
        const rows = `SELECT ${names.map((name, index) => `v${index} AS ${held(name)}`).join(', ')} FROM checked WHERE fault = 0`;
        await duck.run(number === 0 ? `CREATE TEMP TABLE ${side}_rows AS ${rows}` : `INSERT INTO ${side}_rows ${rows}`);
        around.progress(source.doneAt(place), source.total, `${side}: read`);
        row =
          batch.next?.file === place.file
            ? row + bad.length + (await duck.count(`SELECT count(*) FROM checked WHERE fault = 0`))
            : 0;
        place = batch.next;
      }
    }
    const { statements, compared, numbers } = classified(
      definition,
      columnsOf(definition, 'left'),
      columnsOf(definition, 'right'),
    );
    for (const statement of statements) {
      await duck.run(statement);
      around.progress(1, null, 'comparing');
    }
    const totals = async (side: 'left' | 'right'): Promise<SideTotals> => {
      const found = await duck!.rows(`SELECT verdict, count(*) AS n FROM ${side}_verdicts GROUP BY verdict`);
      const of = (verdict: string): number => Number(found.find((row) => row['verdict'] === verdict)?.['n'] ?? 0);
      const read = await duck!.count(`SELECT count(*) FROM ${side}_rows`);
      const each = { matched: of('matched'), differing: of('differing'), only: of('only'), ambiguous: of('ambiguous') };
      if (each.matched + each.differing + each.only + each.ambiguous !== read)
        throw refusal(
          'TotalsDoNotAddUp',
          `${read} rows of ${side} were read, and ${JSON.stringify(each)} were told apart`,
        );
      return { rows: read + rejected[side], rejected: rejected[side], ...each };
    };
    const left = await totals('left');
    const right = await totals('right');
    const differingBy: Record<string, number> = {};
    for (const [index, column] of compared.entries())
      differingBy[column] = await duck.count(`SELECT count(*) FROM pairs WHERE d${index}`);
    const sums = [];
    for (const column of numbers) {
      const total = async (side: string): Promise<number> => {
        const [row] = await duck!.rows(
          `SELECT CAST(coalesce(sum(${held(column)}), 0) AS DOUBLE) AS s FROM ${side}_rows`,
        );
        return Number(row?.['s'] ?? 0);
      };
      sums.push({ column, left: await total('left'), right: await total('right') });
    }
    if (target !== undefined) {
      for (const name of ['differing', 'left-only', 'right-only', 'ambiguous'])
        await duck.run(`COPY "${name}" TO ${text(join(target, `${name}.jsonl`))} (FORMAT json)`);
      replaceFile(join(target, 'rejected.jsonl'), rejects.map((line) => `${line}\n`).join(''));
    }
    const isSame = [left, right].every(({ rows, matched }) => rows === matched);
    return {
      runId,
      name: definition.name,
      isSame,
      left,
      right,
      differingBy,
      sums,
      differences: shown ?? null,
      tookMs: now() - startedAt,
    };
  } finally {
    duck?.close();
    await sources.left.close();
    await sources.right.close();
    folder.discard();
  }
}

/** Rejected rows of a reconciliation are told as long as they are few. */
const mostRejectsKept = 10_000;

function columnsOf({ left, right, columns = {} }: Reconciliation, side: 'left' | 'right'): JobColumns {
  return (side === 'left' ? left : right).columns ?? columns;
}
