/**
 * How well and how fast the correlation agent makes incidents of alerts: files laid out like the AIT Alert Data Set, through the agent's own
 * handlers, one setting for all files. Labels are looked at by the script that scores, and by nothing here.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { readAlertRows } from './alert-rows.ts';
import { measureMesh } from './correlate-mesh.ts';
import { runCorrelation, type CorrelationRun } from './correlation-run.ts';

const root = resolve(import.meta.dirname, '../../..');
const nearby = resolve(root, '../shared/data/ait-ads');

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    out: { type: 'string' },
    mesh: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) {
  process.stdout.write(`npm run bench:correlate -- [--data FILE] [--out FILE] [--mesh]

Runs every scenario of a folder of alerts (CSV or CSV.gz with time,name,ip,host,short, as github.com/ait-aecid/alert-data-set has them) through the handlers
of the correlation agent, and scores which incident each alert came to with the score.py of that folder, beside its baseline.

  --data FILE  one file only; else all of the environment's AIT_ADS_DIR, else of ../shared/data/ait-ads beside the repository
  --out FILE   where the assignment goes: a line a row with the id of its incident, or empty; else .muster/bench/correlate
  --mesh       instead: up to 500,000 alerts of the largest file through the agent on real servers: alerts a second, memory\n`);
  process.exit(0);
}

/** A rate that rests on less is told with a warning. */
const leastSeconds = 5;

const run = promisify(execFile);
const print = (line = ''): void => void process.stdout.write(`${line}\n`);
const mega = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

const folder = options.data === undefined ? (process.env['AIT_ADS_DIR'] ?? nearby) : dirname(resolve(options.data));
if (!existsSync(folder)) {
  process.stderr.write('There are no alerts to read. Give a file by --data FILE, or a folder by AIT_ADS_DIR.\n');
  process.exit(1);
}
const files =
  options.data === undefined
    ? (await readdir(folder)).filter((name) => /\.csv(\.gz)?$/.test(name)).map((name) => resolve(folder, name))
    : [resolve(options.data)];
const scorer = [folder, nearby].map((each) => resolve(each, 'score.py')).find((each) => existsSync(each));

/** What score.py says, if it is there and the file has labels. */
async function scoreOf(file: string, assignment: string): Promise<string> {
  if (scorer === undefined) return 'not scored: there is no score.py beside the file';
  return run('python3', [scorer, file, assignment]).then(
    ({ stdout }) => stdout.trim(),
    (error: unknown) => `not scored: ${String(error).split('\n').at(-2) ?? ''}`,
  );
}

function report(result: CorrelationRun): void {
  const { alertsPerSecond, transitions, incidents, told, stateBytes, rssBefore, rssPeak } = result;
  print(`  handlers   ${Math.round(alertsPerSecond).toLocaleString('en')} alerts/s, ${transitions} transitions`);
  print(`  incidents  ${incidents} opened, ${told} told by the agent`);
  print(
    `  state      ${stateBytes.map((bytes) => Math.round(bytes / 1_000)).join(' ')} kB at ten moments and two hours later`,
  );
  print(`  memory     ${mega(rssBefore)} MB with the file read, at most ${mega(rssPeak)} MB`);
}

if (options.mesh) {
  const all = await Promise.all(files.map(readAlertRows));
  const rows = all.reduce((a, b) => (b.length > a.length ? b : a));
  const { alerts, seconds, alertsPerSecond, cpuMicrosPerAlert, rss, rssPeak, heapAlive, published } =
    await measureMesh(rows);
  print('Alerts of the largest file through the correlation agent on real servers, one process:');
  print(
    `  ${Math.round(alertsPerSecond).toLocaleString('en')} alerts/s, ${cpuMicrosPerAlert.toFixed(0)} us of CPU an alert`,
  );
  print(
    `  that rests on ${alerts.toLocaleString('en')} alerts in ${seconds.toFixed(1)} s; ${published} messages published`,
  );
  if (seconds < leastSeconds) print(`  which is less than ${leastSeconds} s, too short to rely on: give a larger file`);
  print(`  resident   ${rss.map(mega).join(' ')} MB when ready and after each tenth; at most ${mega(rssPeak)} MB`);
  print(
    `  heap       ${heapAlive.map(mega).join(' -> ')} MB alive after a garbage collection, when ready and at the end`,
  );
  process.exit(0);
}

for (const file of files) {
  const name = basename(file).replace(/\.csv(\.gz)?$/, '');
  const rows = await readAlertRows(file).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
  const result = runCorrelation(rows);
  const out = resolve(options.out ?? resolve(root, `.muster/bench/correlate/${name}.txt`));
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, result.assignment.map((id) => `${id}\n`).join(''));
  print(name);
  print(`  baseline   ${await scoreOf(file, '--baseline')}`);
  print(`  muster     ${await scoreOf(file, out)}`);
  report(result);
  print();
}
