/** What is seen besides the shop's figures and the loop: who is served, who is kept out, how targets are, how far a job is. */
import type { Block, HealthReport, TaskProgress } from '@muster/schemas';

export type Visitor = 'customers' | 'attacker' | 'scanner';

export type Sight =
  /** How many requests of theirs were answered and how many refused, since they came. */
  | { readonly about: 'visits'; readonly who: Visitor; readonly served: number; readonly refused: number }
  /** A block was looked at, and kept out what came. */
  | { readonly about: 'held'; readonly refused: number }
  /** null: it is over. */
  | { readonly about: 'block'; readonly address: string; readonly block: BlockSeen | null }
  | { readonly about: 'health'; readonly report: Pick<HealthReport, 'target' | 'status' | 'reason' | 'affectedBy'> }
  | { readonly about: 'progress'; readonly progress: Pick<TaskProgress, 'capability' | 'done' | 'total' | 'message'> }
  /** What `muster` printed when it ended. */
  | { readonly about: 'answer'; readonly lines: readonly string[] }
  /** Rows that stand in the files that a job has loaded, and those of them that stand there twice. */
  | { readonly about: 'count'; readonly rows: number; readonly repeated: number }
  /** A process that was started or killed on purpose. */
  | { readonly about: 'process'; readonly name: string; readonly pid: number; readonly isUp: boolean };

export type BlockSeen = Pick<Block, 'status' | 'endsAt' | 'rule' | 'reason' | 'target' | 'offence' | 'decidedBy'>;

export type SightAbout = Sight['about'];
/** A sight, and when it was seen, epoch ms. */
export type Sighted = Sight & { readonly at: number };
export type SightedOf<A extends SightAbout> = Extract<Sighted, { readonly about: A }>;

const mostSights = 4_000;

/** Those of one kind, in the order in which they were seen. */
export const sightsOf = <A extends SightAbout>(
  { sights }: { readonly sights: readonly Sighted[] },
  about: A,
): SightedOf<A>[] => sights.filter((one) => one.about === about) as SightedOf<A>[];

/** With one more, where it says something new; the latest are kept. */
export function withSight(sights: readonly Sighted[], sight: Sighted): readonly Sighted[] {
  // Somebody's block of another time.
  if (sight.about === 'block' && sight.block === null && !sightsOf({ sights }, 'block').some(isOf(sight.address)))
    return sights;
  if (sight.about === 'health') {
    const last = healthOf({ sights }, sight.report.target);
    if (last?.status === sight.report.status) return sights;
  }
  return [...sights, sight].slice(-mostSights);
}

const isOf =
  (address: string) =>
  (one: { readonly address: string }): boolean =>
    one.address === address;

/** How a target was told to be last; undefined: nobody said. */
export const healthOf = (story: { readonly sights: readonly Sighted[] }, target: string) =>
  sightsOf(story, 'health').findLast(({ report }) => report.target === target)?.report;

/** The latest count of the visits of somebody. */
export const visitsOf = (story: { readonly sights: readonly Sighted[] }, who: Visitor) =>
  sightsOf(story, 'visits').findLast((visits) => visits.who === who);

/** When somebody was refused for the first time. */
export const firstRefusalOf = (story: { readonly sights: readonly Sighted[] }, who: Visitor) =>
  sightsOf(story, 'visits').find((visits) => visits.who === who && visits.refused > 0);

/** How far the job is, as it told last. */
export const jobProgressOf = (story: { readonly sights: readonly Sighted[] }) =>
  sightsOf(story, 'progress').findLast(({ progress }) => progress.capability.startsWith('data.'))?.progress;
