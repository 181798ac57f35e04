import type { Tables } from './settings.ts';

/** What lies above a target. */
export interface Upstream {
  /** Targets it depends on, at whatever distance, that do not work: those at the root of it. */
  readonly causes: readonly string[];
  /** Whether every one of them was found well after the given time, so that none can be the cause. */
  readonly isCleared: boolean;
}

/** So many targets are looked at above one, at the most. */
const mostAbove = 1_000;

/**
 * Looks for the cause of a target's trouble in what it depends on. Targets that depend on each other in a circle are no cause of each other, or
 * nobody would be told of either.
 */
export function upstreamOf(target: string, declared: readonly string[], sinceAt: number, tables: Tables): Upstream {
  const broken: string[] = [];
  const roots: string[] = [];
  let isCleared = true;
  for (const name of above(target, declared, tables)) {
    const report = tables.reports.get(name);
    if (report === undefined) continue;
    const isWell =
      report.status === 'UNKNOWN' || (report.status !== 'UNHEALTHY' && !report.isDoubted && report.checkedAt > sinceAt);
    if (isWell) continue;
    if (above(name, report.dependsOn, tables).has(target)) continue;
    isCleared = false;
    if (report.status !== 'UNHEALTHY') continue;
    broken.push(name);
    if (report.affectedBy.length === 0) roots.push(name);
  }
  return { causes: (roots.length > 0 ? roots : broken).toSorted(), isCleared };
}

/** Everything a target depends on, at whatever distance. It holds the target itself when that depends on itself in a circle. */
function above(target: string, declared: readonly string[], tables: Tables): Set<string> {
  const found = new Set<string>();
  const open = [...declared, ...(tables.targets.get(target)?.dependsOn ?? [])];
  for (let name = open.pop(); name !== undefined && found.size < mostAbove; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    open.push(...(tables.reports.get(name)?.dependsOn ?? []), ...(tables.targets.get(name)?.dependsOn ?? []));
  }
  return found;
}
