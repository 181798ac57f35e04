/**
 * A whole mesh under faults, in one process and in virtual time: real agents, real Avro, log and state in memory. Everything that happens
 * follows from the plan.
 */
import { hash } from 'node:crypto';
import { readDeadLetter, type Decoded, type MemoryCluster } from '@muster/bus';
import type { StateStore } from '@muster/state';
import { checkTrial } from '../trial/check-trial.ts';
import { readStates } from '../trial/read-states.ts';
import type { ForemanState, TellerState } from '../trial/subjects.ts';
import { trialDeadLetters, trialTopics, type Trial, type Verdict, type Violation } from '../trial/trial.ts';
import { inflict } from './inflict.ts';
import { publishAll } from './load.ts';
import { nameOf, type Plan } from './plan.ts';
import { patienceMs, rest, stuck } from './resting.ts';
import { seat, type Plant } from './seating.ts';
import { newWorld } from './world.ts';

export interface Simulation {
  readonly verdict: Verdict;
  readonly trial: Trial;
  /** Of everything that the log holds: the same plan gives the same. */
  readonly digest: string;
  readonly tookVirtualMs: number;
}

export async function simulate(plan: Plan, plant?: Plant): Promise<Simulation> {
  const { world, user } = await newWorld(plan);
  const { time, cluster, store, notes, effects } = world;
  const beganAt = time.now();
  const seating = seat(world, plan, plant);
  const { seats } = seating;
  const hung: Violation[] = [];
  if (!(await time.until(() => seating.isReady, patienceMs))) {
    const troubles = seats.map(({ place, running }) => `${nameOf(place)}: ${running?.trouble() ?? 'not there'}`);
    hung.push(stuck('the mesh did not become ready', troubles, notes, time));
  }

  const inputs = publishAll(plan.samples, user, world);
  for (const fault of plan.faults) time.after(fault.at, () => inflict(world, seating, fault));
  const lastAt = Math.max(
    0,
    ...plan.samples.map(({ at, againAfterMs = 0 }) => at + againAfterMs),
    ...plan.faults.map((fault) => fault.at + ('forMs' in fault ? fault.forMs : 0)),
  );
  await time.until(() => false, lastAt);
  const leftToDo = await rest({ time, seats, cluster, inputs }, plan);
  if (leftToDo.length > 0) hung.push(stuck('the mesh did not come to rest', leftToDo, notes, time));

  const records: Decoded[] = [];
  for (const topic of trialTopics) for (const record of cluster.read(topic)) records.push(await user.decode(record));
  const trial: Trial = {
    inputs,
    records,
    deadLetters: cluster.read(trialDeadLetters).flatMap((record) => readDeadLetter(record) ?? []),
    states: await statesIn(store, plan),
    effects,
    isStoreLossy: world.isStoreLossy,
    notes,
  };
  const checked = checkTrial(trial);
  // What is still under way is not wrong yet.
  const verdict = hung.length > 0 ? { ...checked, violations: hung } : checked;
  return { verdict, trial, digest: digestOf(cluster), tookVirtualMs: time.now() - beganAt };
}

async function statesIn(store: StateStore, { partitions }: Plan): Promise<Trial['states']> {
  return {
    teller: await readStates<TellerState>(store, { agent: 'teller', handler: 'samples', partitions }),
    foreman: await readStates<ForemanState>(store, { agent: 'foreman', handler: 'work', partitions }),
  };
}

function digestOf(cluster: MemoryCluster): string {
  const lines = trialTopics.flatMap((topic) =>
    cluster
      .read(topic)
      .map(({ partition, offset, timestamp, key }) =>
        [topic, partition, offset, timestamp, Buffer.from(key ?? []).toString()].join(' '),
      ),
  );
  return hash('sha1', lines.join('\n'), 'hex');
}
