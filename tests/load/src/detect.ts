/**
 * How well and how fast the detector of the monitoring agent finds anomalies: the Numenta Anomaly Benchmark, with the very function the agent
 * uses, one threshold and no settings per file.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { anomalyThreshold, detect, type DetectorState } from '@muster/analysis';
import { encodeKeyRecord, seenIds } from '@muster/state';
import { readNab, writeScores, type NabFile } from './nab-files.ts';
import { bestScore, countsAt, profiles, scoreAt, type Profile, type Scored } from './nab-score.ts';
import { percentiles } from './percentiles.ts';

const root = resolve(import.meta.dirname, '../../..');
const nearby = resolve(root, '../shared/data/nab');

const { values: options } = parseArgs({
  options: { data: { type: 'string' }, out: { type: 'string' }, help: { type: 'boolean', default: false } },
});

if (options.help) {
  process.stdout.write(`npm run bench:detect -- [--data DIR] [--out DIR]

Runs the detector over every series of a folder laid out like github.com/numenta/NAB (labels/combined_windows.json and data/<category>/*.csv), row by row
as in production, and prints the official score of three profiles: at the threshold the agent uses (${anomalyThreshold}), and at the best threshold for these very
files, which is what NAB publishes.

  --data DIR   the folder; else the environment's NAB_DIR, else ../shared/data/nab beside the repository
  --out DIR    where <category>/<file>.csv with timestamp,value,anomaly_score goes; else .muster/bench/detect\n`);
  process.exit(0);
}

const data = options.data ?? process.env['NAB_DIR'] ?? (existsSync(nearby) ? nearby : undefined);
if (data === undefined) {
  process.stderr.write(
    'There is no benchmark data. Clone github.com/numenta/NAB and give its folder by --data DIR or NAB_DIR.\n',
  );
  process.exit(1);
}
const out = resolve(options.out ?? resolve(root, '.muster/bench/detect'));

const batch = 100;
const microseconds: number[] = [];
let stateBytes = 0;

const run = (file: NabFile): Scored & { readonly path: string } => {
  const scores: number[] = [];
  let state: DetectorState | undefined;
  for (let from = 0; from < file.rows; from += batch) {
    const to = Math.min(file.rows, from + batch);
    const startedAt = performance.now();
    for (let row = from; row < to; row += 1) {
      const step = detect(state, { at: file.times[row] ?? 0, value: file.values[row] ?? 0 });
      state = step.state;
      scores.push(step.verdict.score);
    }
    microseconds.push(((performance.now() - startedAt) * 1_000) / (to - from));
    stateBytes = Math.max(
      stateBytes,
      encodeKeyRecord({ state, applied: {}, seen: seenIds.empty, wakeAt: null }).length,
    );
  }
  return { ...file, scores };
};

const print = (line = ''): void => void process.stdout.write(`${line}\n`);

const files = await readNab(data).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
const scored = files.map(run);
for (const [index, file] of files.entries()) await writeScores(out, file, scored[index]?.scores ?? []);

print(`${files.length} series, ${files.reduce((sum, file) => sum + file.rows, 0).toLocaleString('en')} points`);
print();
print(`profile             at ${anomalyThreshold.toFixed(2)}   best threshold for these files`);
for (const profile of Object.keys(profiles) as Profile[]) {
  const best = bestScore(scored, profile);
  const fixed = scoreAt(scored, profile, anomalyThreshold).toFixed(2).padStart(6);
  print(`${profile.padEnd(18)} ${fixed}   ${best.score.toFixed(2).padStart(6)} at ${best.threshold.toFixed(4)}`);
}
print();
print(`category (at ${anomalyThreshold.toFixed(2)})     windows found   false alarms`);
for (const [category, members] of Object.entries(Object.groupBy(scored, (file) => file.path.split('/')[0] ?? ''))) {
  const { found, windows, falseAlarms } = countsAt(members ?? [], anomalyThreshold);
  print(`${category.padEnd(24)} ${`${found} of ${windows}`.padStart(12)} ${String(falseAlarms).padStart(14)}`);
}
const { p50, p99 } = percentiles(microseconds);
print();
print(`${p50.toFixed(2)} us a point (p50 over batches of ${batch}), ${p99.toFixed(2)} us (p99)`);
print(`${stateBytes.toLocaleString('en')} bytes of state at the most, as it is stored`);
print(`scores in ${out}`);
