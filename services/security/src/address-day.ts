/** How far an address comes on a day towards what the rules forbid: what targets learn from. */
import type { AddressDayInput, SecurityEvent } from '@muster/schemas';
import type { EvidenceSeen } from './event-signs.ts';
import type { Peaks } from './rules.ts';

/** One address at one target on one day. */
export interface Day {
  readonly target: string;
  /** Days since the epoch, UTC. */
  readonly day: number;
  readonly peaks: Peaks;
  /** It got what it asked for there, so that it is no stranger to the target. */
  readonly isWelcome: boolean;
  readonly isAttack: boolean;
}

const dayMs = 86_400_000;
/** Targets of one address that are remembered at the same time. */
const mostTargets = 4;

/** The days after one more event, and those that are over. */
export function daysAfter(
  days: readonly Day[],
  { target, outcome }: Pick<SecurityEvent, 'target' | 'outcome'>,
  evidence: readonly EvidenceSeen[],
  peaks: Peaks,
  at: number,
): { readonly days: readonly Day[]; readonly over: readonly Day[] } {
  const day = Math.floor(at / dayMs);
  const over = days.filter((each) => each.day < day);
  const known = days.find((each) => each.target === target && each.day >= day);
  // Most addresses never do anything wrong: of them nothing is remembered.
  if (evidence.length === 0 && known === undefined) return { days: days.filter((each) => each.day >= day), over };
  const before = known ?? { target, day, peaks: {}, isWelcome: false, isAttack: false };
  const next: Day = {
    ...before,
    peaks: evidence.length === 0 ? before.peaks : higher(before.peaks, peaks),
    isWelcome: before.isWelcome || (outcome === 'SUCCEEDED' && evidence.length === 0),
    isAttack: before.isAttack || evidence.some(({ kind }) => kind === 'attack' || kind === 'probe'),
  };
  const others = days.filter((each) => each.day >= day && each !== known);
  return { days: [...others, next].slice(-mostTargets), over };
}

/** What is told of days that are over: only of who was welcome and attacked nothing, or else targets would get used to attackers. */
export function toldOf(address: string, days: readonly Day[]): readonly AddressDayInput[] {
  return days
    .filter(({ isWelcome, isAttack }) => isWelcome && !isAttack)
    .map(({ target, day, peaks }) => ({ target, address, startsAt: day * dayMs, peaks }));
}

function higher(before: Peaks, peaks: Peaks): Peaks {
  const next: Record<string, number> = { ...before };
  for (const [rule, peak] of Object.entries(peaks)) if (peak > (next[rule] ?? 0)) next[rule] = peak;
  return next;
}
