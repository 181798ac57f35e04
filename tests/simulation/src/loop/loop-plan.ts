/** What happens to the shop and what people want in one seed, beside its faults. */
import { faultsOf, placesOf, randomFrom, type Plan, type Random } from '@muster/testkit';
import { forwards } from '../clocks.ts';
import { adaptationOf, type AdaptKind } from './written-playbooks.ts';

/** What makes a broken target well again; `nothing` does. */
export type Cure = 'restart' | 'scale' | 'nothing';

/** All `at` are ms after the load began. */
export interface PlannedBreak {
  readonly at: number;
  readonly target: string;
  readonly cure: Cure;
  /** It breaks again so long after it was mended; null: it stays well. */
  readonly relapseAfterMs: number | null;
}

/** A person asks for a change. */
export interface PlannedRequest {
  readonly at: number;
  readonly changeId: string;
  readonly action: 'restart' | 'scale';
  readonly target: string;
  readonly requestedBy: string;
  readonly blastRadius: number;
  readonly expiresInMs: number;
  /** Asked for again with another message of the same change. */
  readonly againAfterMs?: number;
}

/** A person runs a playbook, and may think better of it. */
export interface PlannedRun {
  readonly at: number;
  readonly workflowId: string;
  readonly playbook: string;
  readonly target: string;
  readonly cancelAfterMs?: number;
  readonly pauseAfterMs?: number;
  readonly pauseForMs?: number;
  readonly againAfterMs?: number;
  readonly adapt?: { readonly afterMs: number; readonly kind: AdaptKind };
}

/** A client asks for something that changes nothing. */
export interface PlannedTask {
  readonly at: number;
  readonly taskId: string;
  readonly capability: 'recovery.probe' | 'recovery.verify';
  readonly target: string;
  readonly deadlineInMs: number;
  /** Published again, with the same id. */
  readonly againAfterMs?: number;
}

/** A flag is on for a while. */
export interface PlannedSwitch {
  readonly at: number;
  readonly flag: 'kill-switch' | 'shadow' | 'freeze/now';
  readonly forMs: number;
}

/** A task of somebody who does not go by the rules, or something that is no message. */
export interface PlannedNuisance {
  readonly at: number;
  readonly kind:
    | 'garbage'
    | 'task without approval'
    | 'task for nobody'
    | 'review of nothing'
    | 'signal to no run'
    | 'result of nothing';
  readonly topic: (typeof garbageTopics)[number];
}

export const garbageTopics = [
  'muster.alerts.v1',
  'muster.change-requests.v1',
  'muster.reviews.v1',
  'muster.tasks.v1',
  'muster.task-results.v1',
  'muster.workflow-commands.v1',
] as const;

export interface LoopPlan extends Plan {
  readonly breaks: readonly PlannedBreak[];
  readonly requests: readonly PlannedRequest[];
  readonly runs: readonly PlannedRun[];
  readonly tasks: readonly PlannedTask[];
  readonly switches: readonly PlannedSwitch[];
  readonly nuisances: readonly PlannedNuisance[];
}

export const targets = ['shop', 'till', 'store', 'mail'] as const;
export const tierOf = { shop: 'STANDARD', till: 'CRITICAL', store: 'STANDARD', mail: 'LOW' } as const;

export function loopPlanOf(seed: number, agents: readonly string[]): LoopPlan {
  const random = randomFrom(seed);
  const places = placesOf(random, agents);
  const loadMs = random.between(5_000, 90_000);
  const some = <T>(most: number, make: (index: number) => T): T[] =>
    Array.from({ length: random.below(most + 1) }, (_, index) => make(index));
  const at = (): number => random.between(0, loadMs);
  const target = (): string => random.pick(targets);
  const breaks = some(3, () => ({
    at: at(),
    target: target(),
    cure: random.pick(['restart', 'restart', 'scale', 'nothing'] as const),
    relapseAfterMs: random.chance(0.2) ? random.between(1_000, 120_000) : null,
  }));
  const requests = some(4, (index) => requestOf(random, index, at(), target()));
  const runs = some(4, (index) => runOf(random, index, at(), target()));
  const tasks = some(6, (index) => taskOf(random, index, at(), target()));
  const switches = some(2, () => ({
    at: at(),
    flag: random.pick(['kill-switch', 'kill-switch', 'shadow', 'freeze/now'] as const),
    forMs: random.pick([random.between(1_000, 60_000), random.between(60_000, 300_000)]),
  }));
  const nuisances = some(3, () => ({
    at: at(),
    kind: random.pick([
      ...(['garbage', 'garbage', 'task without approval', 'task for nobody'] as const),
      ...(['review of nothing', 'signal to no run', 'result of nothing'] as const),
    ]),
    topic: random.pick(garbageTopics),
  }));
  return {
    seed,
    partitions: 1 + random.below(3),
    places,
    commitEveryMs: random.pick([5, 50, 200, 500]),
    storeAtOnce: random.pick([1, 2, 4_096]),
    faults: faultsOf(random, places, loadMs).map(forwards),
    breaks,
    requests,
    runs,
    tasks,
    switches,
    nuisances,
  };
}

function requestOf(random: Random, index: number, at: number, target: string): PlannedRequest {
  return {
    at,
    changeId: `chg-${index}`,
    action: random.pick(['restart', 'scale']),
    target,
    requestedBy: random.pick(['ada', 'ben']),
    blastRadius: random.pick([0.1, 0.3, 0.9]),
    expiresInMs: random.pick([30_000, 90_000, 180_000]),
    ...(random.chance(0.2) && { againAfterMs: random.between(0, 20_000) }),
  };
}

function runOf(random: Random, index: number, at: number, target: string): PlannedRun {
  const playbook = random.pick([
    ...(['restart', 'scale', 'scale', 'ask-a-person', 'nonsense', 'swarm'] as const),
    ...(['jury', 'council', 'long', 'long', 'outer', 'outer', 'many', 'vain'] as const),
  ]);
  const kind = random.pick(['replace', 'replace', 'skip', 'add', 'nonsense'] as const);
  const isAdapted = random.chance(0.4) && adaptationOf(playbook, kind) !== undefined;
  return {
    at,
    workflowId: `run-${index}`,
    playbook,
    target,
    ...(random.chance(0.25) && { cancelAfterMs: random.pick([random.between(0, 5_000), random.between(0, 60_000)]) }),
    ...(random.chance(0.3) && {
      pauseAfterMs: random.pick([random.between(0, 8_000), random.between(0, 30_000)]),
      pauseForMs: random.between(100, 30_000),
    }),
    ...(random.chance(0.2) && { againAfterMs: random.between(0, 20_000) }),
    ...(isAdapted && {
      adapt: { afterMs: random.pick([0, random.between(0, 6_000), random.between(0, 30_000)]), kind },
    }),
  };
}

function taskOf(random: Random, index: number, at: number, target: string): PlannedTask {
  return {
    at,
    taskId: `task-${index}`,
    capability: random.pick(['recovery.probe', 'recovery.probe', 'recovery.verify']),
    target,
    deadlineInMs: random.pick([2_000, 30_000, 200_000]),
    ...(random.chance(0.2) && { againAfterMs: random.between(0, 20_000) }),
  };
}
