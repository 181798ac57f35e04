/** How fast jobs load data, beside DuckDB doing the same alone; what kill -9 does to them; and whether a reconciliation finds what it must. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { badEvery, benchTable, writeBooks, writeOrders } from './data-rows.ts';
import { ownPostgres } from './own-postgres.ts';
import { circumstances } from './process-cost.ts';

const root = resolve(import.meta.dirname, '../../..');
const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000000' },
    books: { type: 'string', default: '1000000' },
    kill: { type: 'string', default: '5' },
    memory: { type: 'string', default: '1GB' },
    batch: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
    dir: { type: 'string', default: resolve(root, '.muster/bench/data') },
    'no-postgres': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) {
  process.stdout
    .write(`npm run bench:data -- [--rows N] [--kill N] [--books N] [--memory 1GB] [--batch MB] [--threads N] [--rounds N] [--dir DIR]

Makes a CSV file of orders, checks and loads it into Parquet by a job, beside DuckDB alone: COPY as one would write it by hand, and COPY by every rule of the
job; each in a process of its own. Kills such a job with kill -9 at random batches and counts what is there in the end. Loads the same into PostgreSQL (table
${benchTable}, dropped afterwards), beside a COPY of DuckDB into a CSV file and one COPY of that, and kills that job, too. Reconciles two sets with known
differences. PostgreSQL is that of MUSTER_POSTGRES_URL; without it one is made for the time from Debian's packages.

  --rows N     rows of the file (default 10,000,000: about 600 MB; the folder needs three times that and is removed)
  --kill N     how often a job is killed (default 5; 0: not at all)
  --books N    rows of each set that is reconciled (default 1,000,000; 0: none)
  --memory M   DuckDB's memory (default 1GB)   --batch MB   size of a batch (default 16)   --threads N   (default 2)
  --rounds N   how often load and copies into Parquet are measured, by turns; the median counts (default 3)
  --no-postgres   leaves PostgreSQL out\n`);
  process.exit(0);
}

const rows = Number(options.rows);
const books = Number(options.books);
const kills = Number(options.kill);
mkdirSync(options.dir, { recursive: true });
const directory = mkdtempSync(join(options.dir, 'run-'));
const print = (line = ''): void => void process.stdout.write(`${line}\n`);
let hasFailed = false;
const must = (isSo: boolean, what: string): void => {
  print(`${isSo ? 'yes' : 'NO '}  ${what}`);
  if (!isSo) hasFailed = true;
};

/** Parquet, or PostgreSQL. */
type Into = '' | '-postgres';

interface Measured {
  readonly result: unknown;
  readonly tookMs: number;
  /** Of that process alone, on all cores. */
  readonly cpuMs: number;
  readonly peakMb: number;
}

/** Where the subjects find PostgreSQL. */
let environment: { readonly MUSTER_POSTGRES_URL?: string } = {};
const start = (kind: string, runId: string): ChildProcess =>
  spawn(
    process.execPath,
    [
      join(import.meta.dirname, 'data-subject.ts'),
      kind,
      directory,
      runId,
      options.memory,
      options.batch,
      options.threads,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...environment } },
  );

async function run(kind: string, runId: string): Promise<Measured> {
  const child = start(kind, runId);
  let text = '';
  child.stdout?.on('data', (piece: Buffer) => {
    text += piece.toString();
  });
  const code = await new Promise((settle) => child.once('close', settle));
  if (code !== 0) throw new Error(`${kind} ended with ${String(code)}`);
  return JSON.parse(text) as Measured;
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0;

const beganAt = performance.now();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
print(
  `${await circumstances()}; Node ${process.version}, DuckDB ${options.threads} threads, ${options.memory}, batches of ${options.batch} MB`,
);
writeOrders(join(directory, 'orders.csv'), rows);
print(`${rows.toLocaleString('en')} rows, ${Math.round(statSync(join(directory, 'orders.csv')).size / 1e6)} MB of CSV`);
await loading();
if (kills > 0) await killing('');
if (!options['no-postgres']) await withPostgres(loadingIntoPostgres);
if (books > 0) await reconciling();
print(`\nall of it took ${Math.round((performance.now() - beganAt) / 1_000)} s`);
process.exitCode = hasFailed ? 1 : 0;

function speedOf(measured: readonly Measured[]): number {
  return (rows / median(measured.map(({ tookMs }) => tookMs))) * 1_000;
}

function printTable(title: string, kinds: Readonly<Record<string, readonly Measured[]>>): void {
  print(`\n${title.padEnd(34)}    rows/s    seconds   CPU seconds   MB at the peak`);
  for (const [name, measured] of Object.entries(kinds)) {
    const seconds = (of: (each: Measured) => number): string => (median(measured.map(of)) / 1_000).toFixed(1);
    const peak = Math.round(Math.max(...measured.map(({ peakMb }) => peakMb)));
    const figures = [
      Math.round(speedOf(measured)).toLocaleString('en').padStart(10),
      seconds(({ tookMs }) => tookMs).padStart(11),
      seconds(({ cpuMs }) => cpuMs).padStart(14),
      peak.toLocaleString('en').padStart(17),
    ];
    print(`${name.padEnd(34)}${figures.join('')}`);
  }
}

async function loading(): Promise<void> {
  const copies: Measured[] = [];
  const ruled: Measured[] = [];
  const loads: Measured[] = [];
  for (let round = 0; round < Number(options.rounds); round += 1) {
    copies.push(await run('copy', 'copy'));
    loads.push(await run('load', `load-${round}`));
    ruled.push(await run('copy-rules', 'copy'));
    if (round > 0) rmSync(join(directory, 'loaded', `load-${round}`), { recursive: true });
  }
  printTable('into Parquet', {
    'COPY of DuckDB by hand': copies,
    'COPY of DuckDB, rules of the job': ruled,
    'data.run-job': loads,
  });
  const timesOf = (others: readonly Measured[]): string => (speedOf(others) / speedOf(loads)).toFixed(2);
  print(
    `data.run-job takes ${timesOf(copies)} times as long as COPY by hand (aim: 1.5), ${timesOf(ruled)} times as long as with the same rules`,
  );
  mustCopyTheSame(copies, 'COPY by hand');
  mustCopyTheSame(ruled, 'COPY by the rules of the job');
  await mustBeWhole('load-0', 'loaded', '');
}

/** Else it would not do the same. */
function mustCopyTheSame([first]: readonly Measured[], what: string): void {
  const count = Number((first?.result as { readonly Count: string } | undefined)?.Count);
  must(count === rows - Math.floor(rows / badEvery), `${what} lets through ${count} rows`);
}

async function withPostgres(work: () => Promise<void>): Promise<void> {
  const url = process.env['MUSTER_POSTGRES_URL'];
  const own = url === undefined ? await ownPostgres() : undefined;
  if (url === undefined && own === undefined) {
    print(`\nPostgreSQL: not measured. Install Debian's postgresql, or set MUSTER_POSTGRES_URL`);
    return;
  }
  environment = { MUSTER_POSTGRES_URL: own?.url ?? url ?? '' };
  try {
    await work();
  } finally {
    await own?.close();
  }
}

async function loadingIntoPostgres(): Promise<void> {
  try {
    await run('prepare-postgres', '');
    const copied = await run('copy-postgres', '');
    await run('prepare-postgres', '');
    const runId = `postgres-${process.pid}`;
    const loaded = await run('load-postgres', runId);
    printTable('into PostgreSQL (its CPU not counted)', {
      'COPY to CSV, then COPY': [copied],
      'data.run-job': [loaded],
    });
    print(`data.run-job takes ${(loaded.tookMs / copied.tookMs).toFixed(2)} times as long`);
    mustCopyTheSame([copied], 'COPY');
    await mustBeWhole(runId, 'in PostgreSQL', '-postgres');
    await run('prepare-postgres', '');
    if (kills > 0) await killing('-postgres');
  } finally {
    await run('clear-postgres', '');
  }
}

async function mustBeWhole(runId: string, what: string, into: Into): Promise<void> {
  const { result } = await run(`count${into}`, runId);
  const found = result as { readonly rows: number; readonly ids: number; readonly sum: number };
  const bad = Math.floor(rows / badEvery);
  const sum = (rows * (rows + 1)) / 2 - (badEvery * bad * (bad + 1)) / 2;
  must(
    found.rows === rows - bad && found.ids === found.rows && Math.abs(found.sum - sum) < 1,
    `${what}: ${found.rows} rows, none missing, none twice`,
  );
  const rejected = join(directory, '.muster/runs', runId, 'state.json');
  must(
    (JSON.parse(readFileSync(rejected, 'utf8')) as { rejected: number }).rejected === bad,
    `${what}: ${bad} rows rejected`,
  );
}

async function killing(into: Into): Promise<void> {
  print();
  const runId = `killed${into}-${process.pid}`;
  const stateFile = join(directory, '.muster/runs', runId, 'state.json');
  const batchesNow = (): number =>
    existsSync(stateFile) ? (JSON.parse(readFileSync(stateFile, 'utf8')) as { batches: number }).batches : 0;
  const all = Math.ceil(statSync(join(directory, 'orders.csv')).size / (Number(options.batch) * 1024 * 1024));
  const at: number[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const child = start(`load${into}`, runId);
    const gone = new Promise((settle) => child.once('close', settle));
    const before = batchesNow();
    const target = before + Math.floor((Math.random() * 2 * (all - before)) / (kills - kill + 1));
    while (child.exitCode === null && batchesNow() < target) await sleep(5);
    await sleep(Math.random() * 600);
    child.kill('SIGKILL');
    await gone;
    at.push(batchesNow());
  }
  const { result } = await run(`load${into}`, runId);
  must(
    (result as { isResumed: boolean }).isResumed,
    `killed ${kills} times, with ${at.join(', ')} of about ${all} batches done`,
  );
  await mustBeWhole(runId, 'after that', into);
}

async function reconciling(): Promise<void> {
  print();
  const expected = writeBooks(join(directory, 'left.csv'), join(directory, 'right.csv'), books);
  const { result, tookMs, peakMb } = await run('reconcile', 'books');
  const { left, right } = result as Record<'left' | 'right', Record<string, number>>;
  const found = {
    matched: left['matched'],
    differing: left['differing'],
    leftOnly: left['only'],
    rightOnly: right['only'],
    ambiguousLeft: left['ambiguous'],
    ambiguousRight: right['ambiguous'],
  };
  print(
    `reconciled in ${(tookMs / 1_000).toFixed(1)} s, ${Math.round(peakMb)} MB at the peak: ${JSON.stringify(found)}`,
  );
  must(
    JSON.stringify(found) === JSON.stringify(expected),
    `two sets of ${books.toLocaleString('en')} rows: all differences found`,
  );
  const adds = (side: Record<string, number>): boolean =>
    side['rows'] ===
    ['rejected', 'matched', 'differing', 'only', 'ambiguous'].reduce((sum, key) => sum + (side[key] ?? 0), 0);
  must(adds(left) && adds(right), 'totals add up');
}
