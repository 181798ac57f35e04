import type { Severity, Target } from '@muster/schemas';

type Tier = Target['tier'];

const ofTier: Readonly<Record<Tier, number>> = { UNKNOWN: 0, CRITICAL: 1, HIGH: 0.5, STANDARD: 0, LOW: -1.5 };
const ranks: readonly Severity[] = ['UNKNOWN', 'INFO', 'WARNING', 'CRITICAL'];

/**
 * Severity from points for how bad it looks, and from how much depends on the target: a CRITICAL one adds a point, a HIGH one half a point,
 * a LOW one takes one and a half away. From 1 it is a WARNING, from 3 CRITICAL. Unknown targets count as STANDARD.
 */
export function severityOf(points: number, tier: Tier = 'STANDARD'): Severity {
  const total = points + ofTier[tier];
  if (total >= 3) return 'CRITICAL';
  return total >= 1 ? 'WARNING' : 'INFO';
}

export function isWorse(severity: Severity, than: Severity): boolean {
  return ranks.indexOf(severity) > ranks.indexOf(than);
}

const longMs = 10 * 60_000;

/** Points for a value outside its range: `far` is its distance in half-widths of the range; it counts more when it lasts. */
export function pointsOfDistance(far: number, heldMs: number): number {
  const ofDistance = far >= 5 ? 2 : far >= 2 ? 1 : 0;
  return ofDistance + (heldMs >= longMs ? 1 : 0);
}
