import type { Echo } from './echoes.ts';
import { percentiles } from './percentiles.ts';

/** What a disturbance did to a stream of echoes. Times in ms. */
export interface StandStill {
  readonly hop: ReturnType<typeof percentiles> & { readonly max: number };
  /** Per partition, the longest time between two neighbouring echoes, the longest first. */
  readonly gaps: readonly number[];
  /** Metrics that never came out, and second copies that did. */
  readonly lost: number;
  readonly repeated: number;
}

/** `sent`: ids of the metrics, in any order. Echoes of other metrics are left out. */
export function standStillOf(echoes: readonly Echo[], sent: ReadonlySet<string>): StandStill {
  const first = new Map<string, Echo>();
  let repeated = 0;
  for (const echo of echoes) {
    if (!sent.has(echo.id)) continue;
    if (first.has(echo.id)) repeated += 1;
    else first.set(echo.id, echo);
  }
  const kept = [...first.values()];
  const hops = kept.map(({ hopMs }) => hopMs);
  const gaps = [...Map.groupBy(kept, ({ partition }) => partition).values()].map(longestGap);
  return {
    hop: { ...percentiles(hops), max: hops.reduce((most, hop) => Math.max(most, hop), 0) },
    gaps: gaps.toSorted((a, b) => b - a),
    lost: sent.size - kept.length,
    repeated,
  };
}

function longestGap(echoes: readonly Echo[]): number {
  const times = echoes.map(({ at }) => at).toSorted((a, b) => a - b);
  return times.reduce((most, at, index) => Math.max(most, at - (times[index - 1] ?? at)), 0);
}
