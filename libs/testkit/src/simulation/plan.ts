/** One seed's story: what is published when, and what goes wrong when. A plan is data, so that it can be told, cut down and run again. */
import type { TrialInput } from '../trial/trial.ts';
import { randomFrom, type Random } from './random.ts';

export const agentNames = ['teller', 'foreman', 'worker'] as const;
export type SubjectName = (typeof agentNames)[number];

/** One place for a process; after a crash the next one takes it. */
export interface Place {
  readonly agent: SubjectName;
  readonly index: number;
}

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

/** `at`: ms after the load began; `forMs`: until it is over. */
export type Fault = { readonly at: number } & (
  | { readonly kind: 'crash'; readonly place: Place; readonly event: number; readonly forMs: number }
  | { readonly kind: 'pause' | 'isolate' | 'restart'; readonly place: Place; readonly forMs: number }
  | { readonly kind: 'clock'; readonly place: Place; readonly byMs: number }
  | { readonly kind: 'rebalance'; readonly agent: SubjectName }
  | { readonly kind: 'log away' | 'store away' | 'store mute'; readonly forMs: number }
  | { readonly kind: 'store rewound'; readonly commits: number }
  | { readonly kind: 'store flushed' }
);

export interface Plan {
  readonly seed: number;
  readonly partitions: number;
  readonly places: readonly Place[];
  readonly tasksEvery: number;
  readonly commitEveryMs: number;
  readonly storeAtOnce: number;
  readonly samples: readonly PlannedSample[];
  readonly faults: readonly Fault[];
}

/** How long a machine may be silent before its group goes on without it, ms of the simulation. */
export const sessionMs = 6_000;

export function planOf(seed: number): Plan {
  const random = randomFrom(seed);
  const places = agentNames.flatMap((agent) =>
    Array.from({ length: random.chance(0.6) ? 2 : 1 }, (_, index) => ({ agent, index })),
  );
  const loadMs = random.between(500, 4_000);
  const samples = samplesOf(random, loadMs);
  const faults = Array.from({ length: 1 + random.below(6) }, () => faultOf(random, places, loadMs));
  return {
    seed,
    partitions: 1 + random.below(3),
    places,
    tasksEvery: random.pick([1, 1, 2, 4]),
    commitEveryMs: random.pick([5, 50, 200, 500]),
    storeAtOnce: random.pick([1, 2, 4_096]),
    samples,
    faults: faults.sort((a, b) => a.at - b.at),
  };
}

function samplesOf(random: Random, loadMs: number): PlannedSample[] {
  const keys = 1 + random.below(5);
  const count = 5 + random.below(35);
  const samples: PlannedSample[] = [];
  // At times all come at once, as after an outage of their source.
  const isBurst = random.chance(0.2);
  for (let index = 0; index < count; index += 1) {
    const isSlow = random.chance(0.05);
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

function faultOf(random: Random, places: readonly Place[], loadMs: number): Fault {
  const at = random.between(0, loadMs * 1.2);
  const place = random.pick(places);
  const forMs = random.pick([
    random.between(1, 50),
    random.between(50, 1_000),
    random.between(1_000, 5_000),
    random.between(5_000, 20_000),
  ]);
  switch (random.pick(weighted)) {
    case 'crash':
      return { at, kind: 'crash', place, event: 1 + random.below(random.pick([5, 40, 200])), forMs };
    case 'pause':
      return { at, kind: 'pause', place, forMs };
    case 'isolate':
      return { at, kind: 'isolate', place, forMs };
    case 'restart':
      return { at, kind: 'restart', place, forMs };
    case 'clock':
      return { at, kind: 'clock', place, byMs: Math.round(random.between(-15_000, 15_000)) };
    case 'rebalance':
      return { at, kind: 'rebalance', agent: place.agent };
    case 'log away':
      return { at, kind: 'log away', forMs };
    case 'store away':
      return { at, kind: 'store away', forMs };
    case 'store mute':
      return { at, kind: 'store mute', forMs };
    case 'store rewound':
      return { at, kind: 'store rewound', commits: 1 + random.below(10) };
    case 'store flushed':
      return { at, kind: 'store flushed' };
  }
}

const weighted = [
  ...(['crash', 'crash', 'crash', 'crash', 'crash', 'pause', 'pause', 'isolate', 'restart', 'clock'] as const),
  ...(['rebalance', 'rebalance', 'log away', 'store away', 'store mute', 'store rewound', 'store flushed'] as const),
];

export function tell(fault: Fault): string {
  const lasting = 'forMs' in fault ? ` for ${Math.round(fault.forMs)} ms` : '';
  switch (fault.kind) {
    case 'crash':
      return `${nameOf(fault.place)} crashes at its ${fault.event}th event from now, is away${lasting}`;
    case 'pause':
      return `${nameOf(fault.place)} stands still${lasting}`;
    case 'isolate':
      return `${nameOf(fault.place)} is cut off from the log${lasting}`;
    case 'restart':
      return `${nameOf(fault.place)} is stopped in order, away${lasting}`;
    case 'clock':
      return `the clock of ${nameOf(fault.place)} jumps by ${fault.byMs} ms`;
    case 'rebalance':
      return `the group of ${fault.agent} rebalances`;
    case 'store rewound':
      return `the state store loses its last ${fault.commits} commits`;
    case 'store flushed':
      return 'the state store loses everything';
    case 'log away':
      return `the log is away${lasting}`;
    case 'store away':
      return `the state store is away${lasting}`;
    case 'store mute':
      return `the state store does what it is asked for and does not answer${lasting}`;
  }
}

export const nameOf = ({ agent, index }: Place): string => `${agent}-${index}`;
