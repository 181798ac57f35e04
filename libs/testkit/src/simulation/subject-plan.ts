/** What is asked of the subject agents in one seed, beside its faults. */
import type { TrialInput } from '../trial/trial.ts';
import { faultsOf, placesOf, type Plan } from './plan.ts';
import { randomFrom, type Random } from './random.ts';

export interface PlannedSample {
  /** ms after the load began. */
  readonly at: number;
  readonly name: string;
  readonly kind: TrialInput['kind'];
  /** A timer this long after it; 0 for none. */
  readonly delayMs: number;
  /** Published again, with the same id, so many ms later. */
  readonly againAfterMs?: number;
}

export interface SubjectPlan extends Plan {
  readonly tasksEvery: number;
  readonly samples: readonly PlannedSample[];
}

export function planOf(seed: number): SubjectPlan {
  const random = randomFrom(seed);
  const places = placesOf(random, ['teller', 'foreman', 'worker']);
  const loadMs = random.between(500, 4_000);
  const samples = samplesOf(random, loadMs);
  const faults = faultsOf(random, places, loadMs);
  return {
    seed,
    partitions: 1 + random.below(3),
    places,
    tasksEvery: random.pick([1, 1, 2, 4]),
    commitEveryMs: random.pick([5, 50, 200, 500]),
    storeAtOnce: random.pick([1, 2, 4_096]),
    samples,
    faults,
  };
}

function samplesOf(random: Random, loadMs: number): PlannedSample[] {
  const keys = 1 + random.below(5);
  const count = 5 + random.below(35);
  const samples: PlannedSample[] = [];
  // At times all come at once, as after an outage of their source.
  const isBurst = random.chance(0.2);
  // What is slow twice in a row goes on on the side thread.
  const slowShare = random.pick([0.05, 0.05, 0.5]);
  for (let index = 0; index < count; index += 1) {
    const isSlow = random.chance(slowShare);
    const bad = random.chance(0.04) ? random.pick(['garbage', 'rejected', 'faulty'] as const) : undefined;
    samples.push({
      at: isBurst ? random.between(0, 5) : random.between(0, loadMs),
      name: isSlow ? 'slow' : `key${random.chance(0.4) ? 0 : random.below(keys)}`,
      kind: bad ?? 'good',
      delayMs: random.chance(0.3) ? Math.ceil(random.between(1, random.pick([20, 300, 2_500]))) : 0,
      ...(random.chance(0.05) && { againAfterMs: random.between(0, 1_500) }),
    });
  }
  return samples.sort((a, b) => a.at - b.at);
}
