/** What the topology says about targets. Unknown targets are related to nothing and apart from nothing. */
import type { Topology } from './alert-change.ts';
import { limits } from './limits.ts';

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

/** What an alert's target has to do with others: looked up once. */
export type Place = {
  readonly target: string;
  /** Whether the topology knows it. */
  readonly isKnown: boolean;
  readonly direct: readonly string[];
  readonly below: ReadonlySet<string>;
};

export function placeOf(target: string, topology: Topology): Place {
  const direct = topology(target);
  if (direct === undefined || direct.length === 0)
    return { target, isKnown: direct !== undefined, direct: [], below: none };
  return { target, isKnown: true, direct, below: dependenciesOf(target, topology) };
}

const none: ReadonlySet<string> = new Set();

/** Targets, and all that they depend on. */
export type Group = { readonly targets: readonly string[]; readonly dependsOn: readonly string[] };

/** What connects a target with one of a group, in words; empty when nothing does. */
export function connection(
  { target, direct, below }: Place,
  { targets, dependsOn }: Group,
  topology: Topology,
): string {
  if (dependsOn.includes(target)) {
    const lower = targets.find((each) => dependenciesOf(each, topology).has(target));
    if (lower !== undefined) return `${lower} depends on ${target}`;
  }
  if (direct.length === 0) return '';
  const upper = targets.find((each) => below.has(each));
  if (upper !== undefined) return `${target} depends on ${upper}`;
  if (!direct.some((each) => dependsOn.includes(each))) return '';
  for (const each of targets) {
    const common = topology(each)?.find((dependency) => direct.includes(dependency));
    if (common !== undefined) return `${target} and ${each} both depend on ${common}`;
  }
  return '';
}

/** Whether the topology knows all of them: then what it does not connect is apart. */
export const areKnown = (targets: readonly string[], topology: Topology): boolean =>
  targets.every((each) => topology(each) !== undefined);

/** All that targets depend on; of very much the first. */
export function dependenciesOfAll(targets: readonly string[], topology: Topology): readonly string[] {
  const all = new Set<string>();
  for (const each of targets) for (const dependency of dependenciesOf(each, topology)) all.add(dependency);
  return [...all].slice(0, limits.dependenciesPerIncident);
}

/** Targets that the topology connects, as groups. */
export function groupsOf(targets: readonly string[], topology: Topology): string[][] {
  let groups: Group[] = [];
  for (const target of targets) {
    const place = placeOf(target, topology);
    const near = groups.filter((group) => connection(place, group, topology) !== '');
    const joined: Group = {
      targets: [...near.flatMap((group) => group.targets), target],
      dependsOn: [...near.flatMap((group) => group.dependsOn), ...place.below],
    };
    groups = [...groups.filter((group) => !near.includes(group)), joined];
  }
  return groups.map((group) => [...group.targets]);
}
