/**
 * How familiar an alert is. What comes back again and again is learned to be ordinary; what is new, seldom, or far busier than it ever was
 * is not. That the rarity of events weighs alerts is the idea of NoDoze (Hassan et al., "NoDoze: combatting threat alert fatigue with
 * automated provenance triage", NDSS 2019), kept here to three numbers per fingerprint.
 */
import { hourMs, limits, minuteMs, remember } from './limits.ts';

/** What is remembered of one alert that happens at moments, or of one kind of them. */
export type Habit = {
  readonly lastAt: number;
  /** How often it came back after a rest; older times count less. */
  readonly visits: number;
  /** The most messages a minute it ever had, slowly forgotten. */
  readonly busiest: number;
};

export type Habits = ReadonlyMap<number, ReadonlyMap<string, Habit>>;

/** A visit ends with so long a rest. */
const restMs = hourMs;
const visitHalfLifeMs = 36 * hourMs;
const busyHalfLifeMs = 72 * hourMs;
/** An alert is seldom when it rested so long and came back so few times. */
const seldomAfterMs = 12 * hourMs;
const seldomVisits = 3;
/** Its kind is common when it came back so many times, wherever. */
const commonVisits = 3;
/** A burst has at least so many messages, so many times faster than ever. */
const burstMessages = 50;
const burstFactor = 5;

export type Familiarity = { readonly habit: Habit; readonly isUnusual: boolean; readonly reason: string };

/**
 * Learns from `count` messages told at `now` and says whether they were unusual, and why. `kind` is the habit of all alerts of the kind,
 * wherever they came up, before this one: what is seldom here but common elsewhere is ordinary.
 */
export function familiarity(
  habit: Habit | undefined,
  kind: Habit | undefined,
  count: number,
  now: number,
): Familiarity {
  if (habit === undefined) {
    return { habit: { lastAt: now, visits: 1, busiest: 1 }, isUnusual: true, reason: 'never seen before' };
  }
  const restedMs = Math.max(0, now - habit.lastAt);
  const isVisit = restedMs >= restMs;
  const perMinute = count / Math.max(1, restedMs / minuteMs);
  const visits = visitsAt(habit, now);
  const busiest = Math.max(1, habit.busiest * 2 ** (-restedMs / busyHalfLifeMs));
  const learned: Habit = {
    lastAt: now,
    visits: visits + (isVisit ? 1 : 0),
    busiest: isVisit ? busiest : Math.max(busiest, perMinute),
  };
  if (restedMs >= seldomAfterMs && visits < seldomVisits && visitsAt(kind, now) < commonVisits) {
    return { habit: learned, isUnusual: true, reason: `seldom seen, last ${Math.round(restedMs / hourMs)} h ago` };
  }
  if (!isVisit && count >= burstMessages && perMinute > burstFactor * busiest) {
    const reason = `${Math.round(perMinute)} messages a minute, at most ${Math.ceil(busiest)} before`;
    return { habit: learned, isUnusual: true, reason };
  }
  return { habit: learned, isUnusual: false, reason: '' };
}

const visitsAt = (habit: Habit | undefined, now: number): number =>
  habit === undefined ? 0 : habit.visits * 2 ** (-Math.max(0, now - habit.lastAt) / visitHalfLifeMs);

export const habitOf = (habits: Habits, fingerprint: string): Habit | undefined =>
  habits.get(bucketOf(fingerprint))?.get(fingerprint);

/** The habits with one more; of very many the longest unused are forgotten. */
export function learn(habits: Habits, fingerprint: string, habit: Habit): Habits {
  const bucket = bucketOf(fingerprint);
  const kept = remember(habits.get(bucket) ?? new Map<string, Habit>(), fingerprint, habit, limits.habitsPerBucket);
  return new Map(habits).set(bucket, kept);
}

function bucketOf(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  return (hash >>> 0) % limits.habitBuckets;
}
