/** One seed's story: what goes wrong when; what is asked for when comes from the cast. A plan is data, so that it can be told, cut down and run again. */
import type { Random } from './random.ts';

/** One place for a process; after a crash the next one takes it. */
export interface Place {
  readonly agent: string;
  readonly index: number;
}

/** `at`: ms after the load began; `forMs`: until it is over. */
export type Fault = { readonly at: number } & (
  | { readonly kind: 'crash'; readonly place: Place; readonly event: number; readonly forMs: number }
  | { readonly kind: 'pause' | 'isolate' | 'restart'; readonly place: Place; readonly forMs: number }
  | { readonly kind: 'clock'; readonly place: Place; readonly byMs: number }
  | { readonly kind: 'rebalance'; readonly agent: string }
  | { readonly kind: 'log away' | 'store away' | 'store mute'; readonly forMs: number }
  | { readonly kind: 'store rewound'; readonly commits: number }
  | { readonly kind: 'store flushed' }
);

/** What every simulation plans; a cast adds its load. */
export interface Plan {
  readonly seed: number;
  readonly partitions: number;
  readonly places: readonly Place[];
  readonly commitEveryMs: number;
  readonly storeAtOnce: number;
  readonly faults: readonly Fault[];
}

/** How long a machine may be silent before its group goes on without it, ms of the simulation. */
export const sessionMs = 6_000;

/** One place for each agent, or two. */
export function placesOf(random: Random, agents: readonly string[]): Place[] {
  return agents.flatMap((agent) =>
    Array.from({ length: random.chance(0.6) ? 2 : 1 }, (_, index) => ({ agent, index })),
  );
}

/** Faults during a load of so many ms, or soon after it; in the order of time. */
export function faultsOf(random: Random, places: readonly Place[], loadMs: number, most = 6): Fault[] {
  const faults = Array.from({ length: 1 + random.below(most) }, () => faultOf(random, places, loadMs));
  return faults.sort((a, b) => a.at - b.at);
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
