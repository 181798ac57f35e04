/** What the topology says about targets. Unknown targets are related to nothing and apart from nothing. */
import type { Topology } from './alert-change.ts';

const mostHops = 4;

/** All targets that a target depends on, directly or through others, up to four hops. */
export function dependenciesOf(target: string, topology: Topology): ReadonlySet<string> {
  const found = new Set<string>();
  let front = topology(target) ?? [];
  for (let hop = 0; hop < mostHops && front.length > 0; hop += 1) {
    const next: string[] = [];
    for (const each of front) {
      if (found.has(each) || each === target) continue;
      found.add(each);
      next.push(...(topology(each) ?? []));
    }
    front = next;
  }
  return found;
}

/** What connects a target with one of others, in words; empty when nothing does. */
export function connection(target: string, others: readonly string[], topology: Topology): string {
  const direct = topology(target);
  const below = direct === undefined ? none : dependenciesOf(target, topology);
  const upper = others.find((each) => below.has(each));
  if (upper !== undefined) return `${target} depends on ${upper}`;
  const lower = others.find((each) => topology(each) !== undefined && dependenciesOf(each, topology).has(target));
  if (lower !== undefined) return `${lower} depends on ${target}`;
  for (const each of others) {
    const common = topology(each)?.find((dependency) => direct?.includes(dependency));
    if (common !== undefined) return `${target} and ${each} both depend on ${common}`;
  }
  return '';
}

const none: ReadonlySet<string> = new Set();

/** Whether the topology knows all of them: then what it does not connect is apart. */
export const areKnown = (targets: readonly string[], topology: Topology): boolean =>
  targets.every((each) => topology(each) !== undefined);

/** Targets that the topology connects, as groups. */
export function groupsOf(targets: readonly string[], topology: Topology): string[][] {
  const groups: string[][] = [];
  for (const target of targets) {
    const near = groups.filter((group) => connection(target, group, topology) !== '');
    const joined = [target, ...near.flat()];
    groups.splice(0, groups.length, ...groups.filter((group) => !near.includes(group)), joined);
  }
  return groups;
}
