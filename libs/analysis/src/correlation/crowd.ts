/** Unusual alerts of the last minutes: when many come at once, time alone relates them; which come together is remembered. */
import { limits, minuteMs, remember } from './limits.ts';

export type Sighting = { readonly at: number; readonly fingerprint: string; readonly target: string };

export type Crowd = {
  readonly recent: readonly Sighting[];
  /** Unusual alerts a day, learned; older ones count less. */
  readonly perDay: number;
  readonly perDayAt: number;
  /** How often two fingerprints came together. */
  readonly companions: ReadonlyMap<string, number>;
};

export const nobody: Crowd = { recent: [], perDay: 0, perDayAt: 0, companions: new Map() };

export const crowdMs = 5 * minuteMs;
const togetherMs = 2 * minuteMs;
const dayMs = 24 * 60 * minuteMs;
/** Two that came together so often belong together. */
const companionTimes = 3;

export function sight(crowd: Crowd, sighting: Sighting): Crowd {
  const { at, fingerprint } = sighting;
  const recent = crowd.recent.filter((each) => each.at > at - crowdMs && each.fingerprint !== fingerprint);
  let { companions } = crowd;
  for (const each of recent.filter(({ at: seenAt }) => seenAt > at - togetherMs).slice(-8)) {
    const pair = pairOf(each.fingerprint, fingerprint);
    companions = remember(companions, pair, (companions.get(pair) ?? 0) + 1, limits.companions);
  }
  const fade = Math.exp(-Math.max(0, at - crowd.perDayAt) / dayMs);
  return {
    recent: [...recent, sighting].slice(-limits.recentEvidence),
    perDay: (crowd.perDayAt === 0 ? 0 : crowd.perDay * fade) + 1,
    perDayAt: at,
    companions,
  };
}

export const areCompanions = (crowd: Crowd, a: string, b: string): boolean =>
  (crowd.companions.get(pairOf(a, b)) ?? 0) >= companionTimes;

/** Whether so many unusual alerts at once are more than chance: five, or four standard deviations more than expected. */
export function isCrowded(crowd: Crowd, now: number, least: number): boolean {
  const count = crowd.recent.filter(({ at }) => at > now - crowdMs).length;
  const expected = (crowd.perDay * crowdMs) / dayMs;
  return count >= Math.max(least, expected + 4 * Math.sqrt(expected));
}

const pairOf = (a: string, b: string): string => (a < b ? `${a}\n${b}` : `${b}\n${a}`);
