import type { Table } from '@muster/agent';
import type { Target } from '@muster/schemas';

// What follows from the table, kept until it changes.
const indexes = new WeakMap<Table<Target>, { readonly version: number; readonly dependents: Map<string, string[]> }>();

/** Of more, the nearest are named. */
const mostNamed = 100;

/** The targets that cannot work without a target, also by way of others, the nearest first. */
export function dependentsOf(target: string, targets: Table<Target>): readonly string[] {
  const dependents = indexOf(targets);
  const found = new Set<string>();
  let front = [target];
  while (front.length > 0 && found.size < mostNamed) {
    const next = new Set(front.flatMap((each) => dependents.get(each) ?? []));
    front = [...next].filter((each) => each !== target && !found.has(each));
    for (const each of front) found.add(each);
  }
  return [...found].slice(0, mostNamed);
}

function indexOf(targets: Table<Target>): Map<string, string[]> {
  const known = indexes.get(targets);
  if (known?.version === targets.version) return known.dependents;
  const dependents = new Map<string, string[]>();
  for (const { target, dependsOn } of targets.values())
    for (const each of new Set(dependsOn)) dependents.set(each, [...(dependents.get(each) ?? []), target]);
  for (const names of dependents.values()) names.sort();
  indexes.set(targets, { version: targets.version, dependents });
  return dependents;
}
