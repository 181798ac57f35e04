/** The command line of a simulation. */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Breach, Cast } from './cast.ts';
import { tell, type Plan } from './plan.ts';
import type { Plant } from './seating.ts';
import { shrink } from './shrink.ts';
import { simulator } from './simulate.ts';
import { added, nothingTried, trySeeds, type Tried } from './simulating.ts';

export interface ProgramOptions<P extends Plan> {
  readonly cast: Cast<P>;
  readonly plantedBugs: Readonly<Record<string, Plant>>;
  /** What it is and how it is called; the options are added to it. */
  readonly help: string;
  /** How many seeds are tried unless it is said. */
  readonly seeds: number;
  /** A module that calls `tryShare` with the same cast. */
  readonly worker: URL;
}

const optionsHelp = `
  --seeds N     how many               --from N       the first one (default 1)
  --jobs N      cores to use (1)       --seed N       only this one, explained
  --planted     with the promise broken on purpose, one way after the other
  --bug NAME    with --seed: with this planted bug
`;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const grouped = (number: number): string => number.toLocaleString('en');

/** Tries many seeds, explains one, or looks for planted bugs; sets the exit code: 1 when a promise broke, 2 for a wrong call. */
export async function simulationProgram<P extends Plan>(program: ProgramOptions<P>): Promise<void> {
  try {
    process.exitCode = await called(program);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  }
}

function called<P extends Plan>(program: ProgramOptions<P>): Promise<number> | number {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: String(program.seeds) },
      from: { type: 'string', default: '1' },
      jobs: { type: 'string', default: '1' },
      seed: { type: 'string' },
      planted: { type: 'boolean', default: false },
      bug: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return (print(program.help + optionsHelp), 0);
  if (values.seed !== undefined) return showOne(program, count('seed', values.seed), bugNamed(program, values.bug));
  if (values.planted) return findPlanted(program);
  return tryMany(program, count('from', values.from), count('seeds', values.seeds), count('jobs', values.jobs));
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${name} must be a whole number of 1 or more, not "${text}".`);
  return value;
}

function bugNamed<P extends Plan>({ plantedBugs }: ProgramOptions<P>, name: string | undefined): Plant | undefined {
  if (name === undefined) return undefined;
  const plant = plantedBugs[name];
  if (plant === undefined)
    throw new Error(`There is no planted bug "${name}": there are ${Object.keys(plantedBugs).join('; ')}.`);
  return plant;
}

async function tryMany<P extends Plan>(
  program: ProgramOptions<P>,
  from: number,
  seeds: number,
  jobs: number,
): Promise<number> {
  const began = performance.now();
  const parts: Tried[] = [];
  const share = Math.ceil(seeds / jobs);
  const report = (): void => {
    if (process.stderr.isTTY)
      process.stderr.write(`\r${grouped(parts.reduce((sum, part) => sum + part.seeds, 0))} seeds `);
  };
  await Promise.all(
    Array.from({ length: jobs }, async (_, index) => {
      const first = from + index * share;
      const workerData = { from: first, seeds: Math.min(share, from + seeds - first) };
      if (workerData.seeds <= 0) return;
      const worker = new Worker(program.worker, {
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
  const tried = parts.reduce(added, nothingTried);
  const minutes = (performance.now() - began) / 60_000;
  print(
    `${grouped(tried.seeds)} seeds from ${from} in ${minutes.toFixed(1)} min: ${grouped(Math.round(tried.seeds / minutes))} a minute on ${jobs} core${jobs === 1 ? '' : 's'}`,
  );
  for (const line of program.cast.tell(tried.figures)) print(line);
  const { broken } = tried;
  const [first] = broken;
  if (first === undefined) return (print('the promise held in all of them'), 0);
  print(`the promise broke in ${broken.length}: seeds ${broken.join(', ')}`);
  print('');
  return showOne(program, first, undefined);
}

async function showOne<P extends Plan>(
  { cast }: ProgramOptions<P>,
  seed: number,
  plant: Plant | undefined,
): Promise<number> {
  const plan = cast.planOf(seed);
  const { violations, figures, digest, tookVirtualMs } = await simulator(cast)(plan, plant);
  print(`seed ${seed}: ${cast.describe(plan)}`);
  printFaults(plan);
  for (const line of cast.tell({ ...figures, faults: plan.faults.length })) print(line);
  print(`${Math.round(tookVirtualMs / 1_000)} s of virtual time, digest ${digest.slice(0, 12)}`);
  if (violations.length === 0) {
    print('the promise held');
    return 0;
  }
  for (const violation of violations) print(sentenceOf(violation));
  print('\nthe least that breaks it:');
  const { plan: least, violation } = await shrink(cast, plan, plant);
  print(`  ${cast.describe(least)}`);
  printFaults(least);
  print(sentenceOf(violation));
  for (const line of violation.history) print(line);
  return 1;
}

async function findPlanted<P extends Plan>({ cast, plantedBugs }: ProgramOptions<P>): Promise<number> {
  let missed = 0;
  for (const [name, plant] of Object.entries(plantedBugs)) {
    const { broken } = await trySeeds(cast, { from: 1, seeds: 200, plant, mostBroken: 1 });
    if (broken.length === 0) missed += 1;
    print(`${name}: ${broken.length === 0 ? 'not found in 200 seeds' : `found by seed ${broken[0]}`}`);
  }
  return missed === 0 ? 0 : 1;
}

function printFaults({ faults }: Plan): void {
  for (const fault of faults) print(`  ${String(Math.round(fault.at)).padStart(6)} ms  ${tell(fault)}`);
}

const sentenceOf = ({ kind, agent, key, sentence }: Breach): string =>
  `${kind}: ${agent}${key === '' ? '' : ` ${key}`}: ${sentence}`;
