/** Who comes to the gate, what goes down and what is to be loaded in one seed, beside its faults. */
import { faultsOf, placesOf, randomFrom, type Plan, type Random } from '@muster/testkit';
import { forwards } from '../clocks.ts';

/** All `at` are ms after the load began. */
export interface PlannedVisit {
  readonly at: number;
  readonly address: string;
  readonly manner: Manner;
  readonly everyMs: number;
  /** Its source tells of it again, with the same ids. */
  readonly againAfterMs?: number;
}

/** `insider`: logs in, fails five times and is in again, which looks like a guess that went well. */
export type Manner = 'guesser' | 'sprayer' | 'injector' | 'customer' | 'insider';

/** A person lets an address in, or keeps it out, by saying so. */
export interface PlannedWord {
  readonly at: number;
  readonly address: string;
  readonly status: 'ACTIVE' | 'RELEASED';
  readonly forMs: number;
}

/** A person asks for a block or a release, as a change. */
export interface PlannedAsk {
  readonly at: number;
  readonly changeId: string;
  readonly action: 'block-address' | 'release-address';
  readonly address: string;
  readonly expiresInMs: number;
}

/** A target does not work (FAIL), or not as it should (WARN). */
export interface PlannedOutage {
  readonly at: number;
  readonly target: string;
  readonly outcome: 'FAIL' | 'WARN';
  readonly forMs: number;
}

/** A client asks for a job. */
export interface PlannedJob {
  readonly at: number;
  readonly taskId: string;
  /** Rows in each batch of its source. */
  readonly batches: readonly number[];
  /** Every so-manieth row is bad; 0: none. */
  readonly badEvery: number;
  readonly deadlineInMs: number;
  /** Asked for again, with the same id. */
  readonly againAfterMs?: number;
}

export interface GuardsPlan extends Plan {
  readonly blocksPerHour: number;
  readonly visits: readonly PlannedVisit[];
  readonly words: readonly PlannedWord[];
  readonly asks: readonly PlannedAsk[];
  readonly outages: readonly PlannedOutage[];
  readonly jobs: readonly PlannedJob[];
}

/** How long the first block of an address lasts. */
export const blockMs = 30_000;

/** Never blocked, by decree. */
export const allowList = '192.0.2.0/29';
export const isAllowed = (address: string): boolean => address.startsWith('192.0.2.') || address.startsWith('10.');

const attackers = [1, 2, 3, 4].map((last) => `203.0.113.${last}`);
const allowed = ['192.0.2.1', '10.0.0.7'];
const customers = [1, 2].map((last) => `198.51.100.${last}`);

/** Each is checked; what one depends on stands before it. */
export const dependencies: Readonly<Record<string, readonly string[]>> = {
  db: [],
  mail: [],
  shop: ['db'],
  till: ['shop'],
};

export function guardsPlanOf(seed: number, agents: readonly string[]): GuardsPlan {
  const random = randomFrom(seed);
  const places = placesOf(random, agents);
  const loadMs = random.between(10_000, 90_000);
  const some = <T>(most: number, make: (index: number) => T): T[] =>
    Array.from({ length: random.below(most + 1) }, (_, index) => make(index));
  const at = (): number => random.between(0, loadMs);
  const words = some(3, () => ({
    at: at(),
    address: random.pick([...attackers, ...attackers, ...allowed]),
    status: random.pick(['RELEASED', 'RELEASED', 'ACTIVE'] as const),
    forMs: random.pick([random.between(15_000, 60_000), random.between(60_000, 150_000)]),
  }));
  const visits = some(8, (index) => visitOf(random, index, at()));
  // Whoever was let in does not get better by it.
  const returns = words.flatMap(({ at, address, forMs }): PlannedVisit[] =>
    random.chance(0.6)
      ? [{ at: at + random.between(0, forMs), address, manner: 'guesser', everyMs: random.between(1, 500) }]
      : [],
  );
  return {
    seed,
    partitions: 1 + random.below(3),
    places,
    commitEveryMs: random.pick([5, 50, 200, 500]),
    storeAtOnce: random.pick([1, 2, 4_096]),
    faults: faultsOf(random, places, loadMs).map(forwards),
    blocksPerHour: random.pick([200, 200, 2, 1]),
    visits: [...visits, ...returns],
    words,
    asks: some(2, (index) => ({
      at: at(),
      changeId: `chg-${index}`,
      action: random.pick(['block-address', 'block-address', 'release-address'] as const),
      address: random.pick([...attackers, ...allowed]),
      expiresInMs: random.pick([30_000, 90_000, 180_000]),
    })),
    outages: some(4, () => ({
      at: at(),
      target: random.pick(Object.keys(dependencies)),
      outcome: random.pick(['FAIL', 'FAIL', 'WARN'] as const),
      forMs: random.pick([random.between(1_000, 20_000), random.between(20_000, 90_000)]),
    })),
    jobs: some(3, (index) => jobOf(random, index, at())),
  };
}

function visitOf(random: Random, index: number, at: number): PlannedVisit {
  const manner = random.pick(['guesser', 'guesser', 'sprayer', 'injector', 'customer', 'insider'] as const);
  const address =
    manner === 'insider'
      ? `198.51.100.${100 + index}`
      : manner === 'customer'
        ? random.pick(customers)
        : random.pick([...attackers, ...attackers, ...allowed]);
  return {
    at,
    address,
    manner,
    everyMs: random.pick([random.between(1, 50), random.between(500, 5_000)]),
    ...(random.chance(0.2) && { againAfterMs: random.between(0, 60_000) }),
  };
}

function jobOf(random: Random, index: number, at: number): PlannedJob {
  return {
    at,
    taskId: `load-${index}`,
    batches: Array.from({ length: 1 + random.below(6) }, () => random.below(40)),
    badEvery: random.pick([0, 3, 10]),
    deadlineInMs: random.pick([10_000, 120_000, 300_000]),
    ...(random.chance(0.2) && { againAfterMs: random.between(0, 20_000) }),
  };
}
