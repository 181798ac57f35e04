/**
 * How familiar an alert is: what recurs is learned to be ordinary, what is new or seldom is not. The idea is that of rarity in
 * near-real-time triage of alerts, e.g. RAPID (Liu et al., 2022), kept here to a handful of numbers per fingerprint.
 */
import { hourMs } from './limits.ts';

/** What is remembered of one fingerprint. */
export type Habit = {
  readonly lastAt: number;
  /** How often it came back after a rest; older times count less. */
  readonly visits: number;
};

/** A visit ends with so long a rest. */
const restMs = hourMs;
const halfLifeMs = 48 * hourMs;

export type Familiarity = { readonly habit: Habit; readonly isUnusual: boolean; readonly reason: string };

/** Learns from one sighting at `now` and says whether it was unusual. */
export function familiarity(habit: Habit | undefined, now: number): Familiarity {
  if (habit === undefined) {
    return { habit: { lastAt: now, visits: 1 }, isUnusual: true, reason: 'never seen before' };
  }
  const restedMs = now - habit.lastAt;
  if (restedMs < restMs)
    return { habit: { ...habit, lastAt: Math.max(now, habit.lastAt) }, isUnusual: false, reason: '' };
  const visits = habit.visits * 2 ** (-restedMs / halfLifeMs);
  const isUnusual = restedMs > 12 * hourMs && visits < 3;
  const reason = isUnusual ? `seldom seen, last ${Math.round(restedMs / hourMs)} h ago` : '';
  return { habit: { lastAt: now, visits: visits + 1 }, isUnusual, reason };
}
