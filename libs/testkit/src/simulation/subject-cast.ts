/** The subject agents, their load, and the promise of the runtime. */
import { readDeadLetter, type Decoded } from '@muster/bus';
import type { StateStore } from '@muster/state';
import { checkTrial } from '../trial/check-trial.ts';
import { readStates } from '../trial/read-states.ts';
import { subjectAgents, type ForemanState, type TellerState } from '../trial/subjects.ts';
import { trialDeadLetters, trialTopics, type Trial, type TrialInput } from '../trial/trial.ts';
import type { Cast } from './cast.ts';
import { publishAll } from './load.ts';
import type { Machine } from './machine.ts';
import { planOf, type SubjectPlan } from './subject-plan.ts';
import type { World } from './world.ts';

const overdueMs = 2_000;
const leaseMs = 1_500;
const count = (number: number | undefined): string => (number ?? 0).toLocaleString('en');

export const subjectCast: Cast<SubjectPlan> = {
  agents: subjectAgents({ effect: () => undefined }),
  topics: trialTopics,
  planOf,
  parts: ['faults', 'samples'],
  // Longer than any timer of a trial, and than an agent at rest takes to notice that its store forgot something.
  quietMs: 25_000,
  patienceMs: 20 * 60_000,
  describe: ({ places, partitions, samples, faults, tasksEvery, commitEveryMs, storeAtOnce }) =>
    `${places.length} processes, ${partitions} partitions, ${samples.length} samples, ${faults.length} faults, a task every ${tasksEvery} alerts, states stored every ${commitEveryMs} ms, ${storeAtOnce} at once`,
  tell: ({ faults, messages, copies, reruns, forgotten }) => [
    `${count(faults)} faults, ${count(messages)} messages, ${count(copies)} of them second copies, ${count(reruns)} actions run again`,
    `${count(forgotten)} keys counted something twice because a copy came, after a loss of the store, later than 64 others`,
  ],
  stage(plan, world) {
    /** Idempotency keys with which actions touched the world. */
    const effects: string[] = [];
    let inputs: readonly TrialInput[] = [];
    return {
      play(place, machine) {
        const definition = subjectAgents({
          overdueMs,
          leaseMs,
          tasksEvery: plan.tasksEvery,
          beforeSample: (sample) => sample.name === 'slow' && machine.work(30),
          effect: (key) => act(world, machine, () => effects.push(key)),
        }).find(({ name }) => name === place.agent);
        if (definition === undefined) throw new Error(`there is no agent ${place.agent}`);
        return { definition, config: {} };
      },
      begin(user) {
        inputs = publishAll(plan.samples, user, world);
        return { lastAt: Math.max(0, ...plan.samples.map(({ at, againAfterMs = 0 }) => at + againAfterMs)) };
      },
      leftToDo: () => inputs.filter(({ isSure }) => !isSure).map(({ id }) => `${id} is not published`),
      async check(user) {
        const { cluster, store, notes, isStoreLossy } = world;
        const records: Decoded[] = [];
        for (const topic of trialTopics)
          for (const record of cluster.read(topic)) records.push(await user.decode(record));
        const { violations, ...figures } = checkTrial({
          inputs,
          records,
          deadLetters: cluster.read(trialDeadLetters).flatMap((record) => readDeadLetter(record) ?? []),
          states: await statesIn(store, plan),
          effects,
          isStoreLossy,
          notes,
        });
        return { violations, figures };
      },
    };
  },
};

async function statesIn(store: StateStore, { partitions }: SubjectPlan): Promise<Trial['states']> {
  return {
    teller: await readStates<TellerState>(store, { agent: 'teller', handler: 'samples', partitions }),
    foreman: await readStates<ForemanState>(store, { agent: 'foreman', handler: 'work', partitions }),
  };
}

/** The world is touched at some moment of the action, which takes its time. */
function act({ random }: World, made: Machine, touch: () => void): Promise<void> {
  const isEarly = random.chance(0.5);
  if (isEarly) touch();
  return new Promise((resolve) => {
    made.clock.after(random.pick([0, random.between(1, 50), random.between(50, 3_000)]), () => {
      if (!isEarly) touch();
      resolve();
    });
  });
}
