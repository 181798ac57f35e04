/** `npm run simulate`: tries seeds, or shows one. */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { planOf, tell, type Plan } from './plan.ts';
import { plantedBugs } from './planted-bugs.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';
import { added, trySeeds, type Tried } from './simulating.ts';

const help = `Simulates the whole mesh under faults, in virtual time: real agents, real Avro, log and state in memory.

  npm run simulate                                 1,000 seeds from 1
  npm run simulate -- --seeds 100000 --jobs 2      many, on two cores
  npm run simulate -- --seed 4711                  one: what happens in it and, if it breaks the promise, the least that does
  npm run simulate -- --planted                    bugs that it must find, each within 200 seeds

  --seeds N   how many (default 1000)       --from N   the first one (default 1)
  --jobs N    cores to use (default 1)      --seed N   only this one, explained
  --planted   with the promise broken on purpose, one way after the other
`;

const options = {
  seeds: { type: 'string', default: '1000' },
  from: { type: 'string', default: '1' },
  jobs: { type: 'string', default: '1' },
  seed: { type: 'string' },
  planted: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const count = (name: string, text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${name} must be a whole number of 1 or more, not "${text}".`);
  return value;
};

try {
  const { values } = parseArgs({ options });
  if (values.help) print(help);
  else if (values.seed !== undefined) process.exitCode = await showOne(count('seed', values.seed));
  else if (values.planted) process.exitCode = await findPlanted();
  else
    process.exitCode = await tryMany(
      count('from', values.from),
      count('seeds', values.seeds),
      count('jobs', values.jobs),
    );
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

async function tryMany(from: number, seeds: number, jobs: number): Promise<number> {
  const began = performance.now();
  const parts: Tried[] = [];
  const share = Math.ceil(seeds / jobs);
  const report = (): void => {
    if (process.stderr.isTTY)
      process.stderr.write(`\r${parts.reduce((sum, part) => sum + part.seeds, 0).toLocaleString('en')} seeds `);
  };
  await Promise.all(
    Array.from({ length: jobs }, async (_, index) => {
      const first = from + index * share;
      const workerData = { from: first, seeds: Math.min(share, from + seeds - first) };
      if (workerData.seeds <= 0) return;
      const worker = new Worker(new URL('worker.ts', import.meta.url), {
        workerData,
        // States live longer than a moment: a small young generation would copy them again and again.
        resourceLimits: { maxYoungGenerationSizeMb: 128 },
      });
      await new Promise<void>((resolve, reject) => {
        worker.on('message', ({ tried, isOver }: { tried: Tried; isOver: boolean }) => {
          parts[index] = tried;
          report();
          if (isOver) resolve();
        });
        worker.on('error', reject);
      });
    }),
  );
  if (process.stderr.isTTY) process.stderr.write('\r');
  const tried = parts.reduce(added);
  const minutes = (performance.now() - began) / 60_000;
  const { messages, faults, copies, reruns, forgotten, broken } = tried;
  const figures = [
    `${tried.seeds.toLocaleString('en')} seeds from ${from} in ${minutes.toFixed(1)} min: ${Math.round(tried.seeds / minutes).toLocaleString('en')} a minute on ${jobs} core${jobs === 1 ? '' : 's'}`,
    `${faults.toLocaleString('en')} faults, ${messages.toLocaleString('en')} messages, ${copies.toLocaleString('en')} of them second copies, ${reruns.toLocaleString('en')} actions run again`,
    `${forgotten.toLocaleString('en')} keys counted something twice because a copy came, after a loss of the store, later than 64 others`,
    broken.length === 0
      ? 'the promise held in all of them'
      : `the promise broke in ${broken.length}: seeds ${broken.join(', ')}`,
  ];
  for (const line of figures) print(line);
  if (broken[0] === undefined) return 0;
  print('');
  return showOne(broken[0]);
}

async function showOne(seed: number): Promise<number> {
  const plan = planOf(seed);
  const { verdict, digest, tookVirtualMs } = await simulate(plan);
  print(`seed ${seed}: ${describe(plan)}`);
  for (const fault of plan.faults) print(`  ${String(Math.round(fault.at)).padStart(6)} ms  ${tell(fault)}`);
  print(
    `${verdict.messages} messages, ${verdict.copies} second copies, ${verdict.reruns} actions run again, ${Math.round(tookVirtualMs / 1_000)} s of virtual time, digest ${digest.slice(0, 12)}`,
  );
  if (verdict.violations.length === 0) {
    print('the promise held');
    return 0;
  }
  for (const { kind, agent, key, sentence } of verdict.violations)
    print(`${kind}: ${agent}${key === '' ? '' : ` ${key}`}: ${sentence}`);
  print('\nthe least that breaks it:');
  const { plan: least, violation } = await shrink(plan);
  print(`  ${describe(least)}`);
  for (const fault of least.faults) print(`  ${String(Math.round(fault.at)).padStart(6)} ms  ${tell(fault)}`);
  print(`${violation.kind}: ${violation.agent} ${violation.key}: ${violation.sentence}`);
  for (const line of violation.history) print(line);
  return 1;
}

async function findPlanted(): Promise<number> {
  let missed = 0;
  for (const [name, plant] of Object.entries(plantedBugs)) {
    const { broken } = await trySeeds({ from: 1, seeds: 200, plant, mostBroken: 1 });
    if (broken.length === 0) missed += 1;
    print(`${name}: ${broken.length === 0 ? 'not found in 200 seeds' : `found by seed ${broken[0]}`}`);
  }
  return missed === 0 ? 0 : 1;
}

function describe({ places, partitions, samples, faults, tasksEvery, commitEveryMs, storeAtOnce }: Plan): string {
  return `${places.length} processes, ${partitions} partitions, ${samples.length} samples, ${faults.length} faults, a task every ${tasksEvery} alerts, states stored every ${commitEveryMs} ms, ${storeAtOnce} at once`;
}
