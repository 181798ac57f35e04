/** Unusual alerts of the last minutes: when many come at once, time alone relates them; which come together is remembered. */
import { limits, minuteMs, shorten } from './limits.ts';

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
/** Of so many at most is it learned who comes with whom. */
const mostCompanions = 8;

export function sight(crowd: Crowd, sighting: Sighting): Crowd {
  const { at, fingerprint } = sighting;
  const recent = crowd.recent.filter((each) => each.at > at - crowdMs && each.fingerprint !== fingerprint);
  const fade = Math.exp(-Math.max(0, at - crowd.perDayAt) / dayMs);
  return {
    recent: [...recent, sighting].slice(-limits.recentEvidence),
    // A storm is not to become what is usual.
    perDay: (crowd.perDayAt === 0 ? 0 : crowd.perDay * fade) + (recent.length < 2 * mostCompanions ? 1 : 0),
    perDayAt: at,
    companions: withCompanions(crowd.companions, recent, sighting),
  };
}

/** In a crowd everything comes together: that says nothing of two. */
function withCompanions(
  companions: Crowd['companions'],
  recent: readonly Sighting[],
  { at, fingerprint }: Sighting,
): Crowd['companions'] {
  const near = recent.filter(({ at: seenAt }) => seenAt > at - togetherMs);
  if (near.length === 0 || near.length > mostCompanions) return companions;
  const next = new Map(companions);
  for (const each of near) {
    const pair = pairOf(each.fingerprint, fingerprint);
    const times = (next.get(pair) ?? 0) + 1;
    next.delete(pair);
    next.set(pair, times);
  }
  return shorten(next, limits.companions);
}

/** Those of the last minutes that mostly come together with an alert. */
export const companionsOf = ({ recent, companions }: Crowd, fingerprint: string): string[] =>
  recent.length > 2 * mostCompanions || companions.size === 0
    ? []
    : recent
        .map((each) => each.fingerprint)
        .filter((each) => (companions.get(pairOf(each, fingerprint)) ?? 0) >= companionTimes);

/** Whether so many unusual alerts came at once that it is no chance: at least so many, and four standard deviations more than expected. */
export function isCrowded(crowd: Crowd, now: number, least: number): boolean {
  const count = crowd.recent.filter(({ at }) => at > now - crowdMs).length;
  const expected = (crowd.perDay * crowdMs) / dayMs;
  return count >= Math.max(least, expected + 4 * Math.sqrt(expected));
}

const pairOf = (a: string, b: string): string => (a < b ? `${a}\n${b}` : `${b}\n${a}`);
