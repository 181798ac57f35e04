/**
 * How well the security agent finds attackers, how soon it blocks them, whom it blocks wrongly, and how fast it is: labelled logs through the
 * parsers and the agent's own handlers. Labels are looked at here and by nothing else.
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { logReader, type Sighting } from '@muster/ingest';
import {
  answersOf,
  besiege,
  payloadAnswers,
  plainAnswersOf,
  precision,
  recall,
  sum,
  type Answers,
  type Attack,
  type SiegeResult,
} from './security-answers.ts';
import { plainRule, plainValue } from './security-baseline.ts';
import { filesNamed, readLabelledLogs, readPayloads, textOf, type LabelledPayload } from './security-data.ts';
import { tryNftables } from './security-nftables.ts';
import { measureParsing } from './security-speed.ts';
import { securityRun } from './security-run.ts';

const root = resolve(import.meta.dirname, '../../..');
const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    out: { type: 'string' },
    mesh: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) {
  process.stdout.write(`npm run bench:security -- [--data DIR] [--out FILE] [--mesh]

Runs logs with known answers through the parsers and the security agent.

  --data DIR  the folder (docs/security.md says how it is laid out); else SECURITY_DATA_DIR, else ../shared/data/security beside the repository
  --out FILE  where what was judged wrongly is written, else .muster/bench/security/wrong.txt
  --mesh      as well: lines a second through the agent on real servers, and how soon a published block is enforced\n`);
  process.exit(0);
}

const folder = resolve(options.data ?? process.env['SECURITY_DATA_DIR'] ?? resolve(root, '../shared/data/security'));
if (!existsSync(folder)) {
  process.stderr.write('There are no logs to read. Give a folder by --data DIR or SECURITY_DATA_DIR.\n');
  process.exit(1);
}
const print = (line = ''): void => void process.stdout.write(`${line}\n`);
const share = (value: number): string => (Number.isNaN(value) ? '    -' : value.toFixed(4).slice(0, 6)).padStart(7);
const row = (name: string, answers: Answers): string =>
  `  ${name.padEnd(24)} ${share(precision(answers))} ${share(recall(answers))} ${String(answers.seen).padStart(7)} ${String(answers.missed).padStart(7)} ${String(answers.falseAlarms).padStart(7)} ${String(answers.left).padStart(7)}`;
const header = `  ${''.padEnd(24)} precis. ${'recall'.padStart(7)} ${'seen'.padStart(7)} ${'missed'.padStart(7)} ${'false'.padStart(7)} ${'left'.padStart(7)}`;
const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN;

const beside = (ours: Answers, plain: Answers): string =>
  `  ratio                    precision ${(precision(ours) / precision(plain)).toFixed(3)}, recall ${(recall(ours) / recall(plain)).toFixed(3)}; false alarms ${ours.falseAlarms} beside ${plain.falseAlarms}, missed ${ours.missed} beside ${plain.missed}`;

const wrong: string[] = [];

const logs = await readLabelledLogs(folder);
if (logs.length > 0) {
  print('Abuses in labelled lines, each by itself and with its host');
  print(header);
  const answers = logs.map((log) => [log.service, answersOf(log)] as const);
  for (const [service, each] of answers) print(row(service, each));
  const all = sum(answers.map(([, each]) => each));
  print(row('all', all));
  const plain = sum(logs.map(plainAnswersOf));
  print(row('words alone, all', plain));
  print(beside(all, plain));
  wrong.push(...all.wrong);
  print();
}

const payloads: LabelledPayload[] = [];
for (const file of await filesNamed(folder, 'http-params')) payloads.push(...(await readPayloads(file)));
if (payloads.length > 0) {
  const byKind = payloadAnswers(payloads);
  print('Values of request parameters');
  print(header);
  for (const [kind, each] of byKind) print(row(kind, each));
  const all = sum([...byKind.values()]);
  print(row('all', all));
  const plain = sum([...payloadAnswers(payloads, plainValue).values()]);
  print(row('keywords alone, all', plain));
  print(beside(all, plain));
  wrong.push(...all.wrong);
  print();
}

const visitors: Sighting[] = [];
for (const file of await filesNamed(folder, 'access')) {
  const read = logReader('any');
  for (const line of (await textOf(file)).split('\n')) {
    const reading = read(line, { now: Date.now(), target: 'site' });
    if (reading.kind === 'sightings') visitors.push(...reading.sightings);
    else if (reading.kind === 'foreign') wrong.push(`${basename(file)} not read: ${line}`);
  }
}

print('Attackers among the visitors');
const requests = (kind: string): Sighting[] =>
  payloads
    .filter(({ attack }) => attack === kind)
    .map(({ payload }) => ({
      kind: 'REQUEST',
      outcome: 'SUCCEEDED',
      address: '',
      target: 'site',
      action: `GET /search?q=${encodeURIComponent(payload.toWellFormed())}`,
      at: 0,
      attributes: { status: '200' },
    }));
const portions = (events: readonly Sighting[], size: number, most: number): Sighting[][] =>
  Array.from({ length: Math.min(most, Math.ceil(events.length / size)) }, (_, nth) =>
    events.slice(nth * size, (nth + 1) * size),
  );
const abusiveLines = logs.flatMap((log) => {
  const read = logReader('any');
  return log.lines.flatMap(({ line, isAbuse }) => {
    const reading = read(line, { now: Date.now(), target: log.service });
    return isAbuse && reading.kind === 'sightings'
      ? reading.sightings.filter(({ outcome }) => outcome !== 'SUCCEEDED')
      : [];
  });
});
const kinds = [...new Set(payloads.map(({ attack }) => attack))].filter((kind) => kind !== 'norm');
const attacks: readonly Attack[] = [
  ...kinds.flatMap((kind) => portions(requests(kind), 20, 40).map((events) => ({ kind, events, everyMs: 10_000 }))),
  ...portions(abusiveLines, 20, 40).map((events) => ({ kind: 'labelled lines', events, everyMs: 10_000 })),
  ...portions(requests('norm'), 60, 200).map((events) => ({ kind: 'norm', events, everyMs: 10_000, isBenign: true })),
];
const harmless = attacks.filter(({ isBenign }) => isBenign === true).length;
const printSieges = ({ sieges, wronglyBlocked, visitors: addresses, blocks }: SiegeResult): void => {
  for (const kind of new Set(sieges.map((each) => each.kind))) {
    const of = sieges.filter((each) => each.kind === kind);
    const times = of.flatMap(({ blockedAfterMs }) => blockedAfterMs ?? []);
    const events = of.flatMap(({ blockedAfterEvents }) => blockedAfterEvents ?? []);
    const seconds = (share: number): string => (quantile(times, share) / 1_000).toFixed(0);
    const when =
      times.length === 0
        ? ''
        : `; after events p50/p95 ${quantile(events, 0.5)}/${quantile(events, 0.95)}, seconds ${seconds(0.5)}/${seconds(0.95)} (an event every 10 s)`;
    print(`  ${kind.padEnd(24)} ${times.length} of ${of.length} blocked${when}`);
  }
  print(
    `  wrongly blocked          ${wronglyBlocked.length} of ${addresses + harmless} addresses (${addresses} visitors of the log, ${harmless} senders of harmless values)`,
  );
  for (const address of wronglyBlocked.slice(0, 20))
    print(`    ${address} ${blocks.find((each) => each.address === address)?.rule ?? ''}`);
};
const ours = besiege(visitors, attacks);
printSieges(ours);
print('  five failures in ten minutes, the same events:');
const plain = besiege(visitors, attacks, plainRule());
printSieges(plain);
const blockedOf = ({ sieges }: SiegeResult): number =>
  sieges.filter(({ blockedAfterMs }) => blockedAfterMs !== null).length;
print(
  `  ratio                    attackers blocked ${blockedOf(ours)} beside ${blockedOf(plain)} of ${ours.sieges.length}; wrongly blocked ${ours.wronglyBlocked.length} beside ${plain.wronglyBlocked.length}`,
);
print();

const hosts = await filesNamed(folder, 'auth');
for (const file of hosts) {
  const read = logReader('auth');
  const alone = securityRun();
  let lines = 0;
  let foreign = 0;
  let events = 0;
  for (const line of (await textOf(file)).split('\n')) {
    if (line === '') continue;
    lines += 1;
    const reading = read(line, { now: Date.now(), target: basename(file) });
    if (reading.kind === 'foreign') foreign += 1;
    if (reading.kind !== 'sightings') continue;
    events += reading.sightings.length;
    for (const event of reading.sightings) alone.hear(event);
  }
  print(
    `${basename(file)}: ${lines} lines, ${foreign} not of this kind, ${events} events, ${new Set(alone.blocks.map(({ address }) => address)).size} addresses blocked`,
  );
}

await tryNftables(print);
await measureParsing(await filesNamed(folder, 'access'), print);
if (options.mesh) {
  const { measureMesh } = await import('./security-mesh.ts');
  const sample = (await Promise.all((await filesNamed(folder, 'access')).map(textOf))).flatMap((text) =>
    text.split('\n'),
  );
  await measureMesh(
    sample.filter((line) => line !== ''),
    print,
  );
}

const out = resolve(options.out ?? resolve(root, '.muster/bench/security/wrong.txt'));
await mkdir(resolve(out, '..'), { recursive: true });
await writeFile(out, `${wrong.join('\n')}\n`);
print(`What was judged wrongly: ${wrong.length} lines in ${out}`);
