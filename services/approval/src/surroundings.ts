import type { Table } from '@muster/agent';
import type { Circumstances } from '@muster/policy';
import type { Target } from '@muster/schemas';
import type { ChangeContext } from './change-state.ts';

// What follows from the topology, kept until it changes.
const counted = new WeakMap<
  Table<Target>,
  { readonly version: number; readonly counts: ReadonlyMap<string, number> }
>();

/** What a request is judged in, now. */
export function surroundingsOf(request: Circumstances['request'], { tables, now }: ChangeContext): Circumstances {
  return {
    request,
    target: tables.targets.get(request.target),
    dependents: dependentsIn(tables.targets).get(request.target) ?? 0,
    flags: tables.flags.values(),
    now,
  };
}

function dependentsIn(targets: Table<Target>): ReadonlyMap<string, number> {
  const known = counted.get(targets);
  if (known?.version === targets.version) return known.counts;
  const counts = new Map<string, number>();
  for (const { dependsOn } of targets.values())
    for (const name of new Set(dependsOn)) counts.set(name, (counts.get(name) ?? 0) + 1);
  counted.set(targets, { version: targets.version, counts });
  return counts;
}
