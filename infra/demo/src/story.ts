/** What has happened in the demo so far: events in, a plain account out. */
import { keyOf } from '@muster/schemas';
import type { Alert, MetricSample } from '@muster/schemas';
import { providerOf } from './keeper/targets.ts';
import { aboutTarget, of, type About, type Heard, type LoopMessage, type RecordOf } from './loop.ts';
import type { Scenario } from './scenario.ts';
import { withSight, type Sight, type Sighted } from './sights.ts';

/**
 * starting: the mesh comes up. learning: the detectors do not know the shop yet. healthy: they do, and nothing is the matter. broken: the fault
 * is on or has left alerts. calm: the story was told. ending: everything is stopped.
 */
export type Phase = 'starting' | 'learning' | 'healthy' | 'broken' | 'calm' | 'ending';

/** Something that happened, and when this process learned of it, epoch ms. */
export type DemoEvent = { readonly at: number } & (
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'tick' }
  | { readonly kind: 'phase'; readonly phase: Phase }
  | { readonly kind: 'open' }
  | { readonly kind: 'sample'; readonly sample: Pick<MetricSample, 'target' | 'name' | 'labels' | 'value'> }
  | { readonly kind: 'fault'; readonly isOn: boolean }
  | { readonly kind: 'alert'; readonly alert: Alert }
  | { readonly kind: 'loop'; readonly message: LoopMessage }
  | { readonly kind: 'instances'; readonly instances: Instances }
  | { readonly kind: 'sight'; readonly sight: Sight }
);

/** The processes of the shop. */
export interface Instances {
  readonly up: readonly { readonly pid: number; readonly memoryMiB: number }[];
  readonly desired: number;
  readonly restarts: number;
}

/** One series of the shop, as far as it is shown. */
export interface Seen {
  readonly name: string;
  readonly route: string | undefined;
  readonly count: number;
  /** The last values, oldest first. */
  readonly recent: readonly number[];
}

/** One alert about the shop from its first FIRING on. */
export interface Fired {
  readonly alert: Alert;
  readonly firedAt: number;
  readonly resolvedAt?: number;
}

export interface Story {
  readonly target: string;
  readonly scenario: Scenario;
  readonly startedAt: number;
  readonly now: number;
  readonly phase: Phase;
  /** Whether the shop lets customers in. */
  readonly isOpen: boolean;
  readonly series: ReadonlyMap<string, Seen>;
  /** By fingerprint, in the order of their first FIRING; of those that are over and fired again, the earlier ones by another key. */
  readonly alerts: ReadonlyMap<string, Fired>;
  /** What the mesh says it does, the latest messages of all targets. */
  readonly heard: readonly Heard[];
  /** What else was seen, where it was new. */
  readonly sights: readonly Sighted[];
  readonly instances?: Instances;
  /** When the fault, or what else is the matter, last began and was over. */
  readonly faultAt?: number;
  readonly liftedAt?: number;
}

/** Values a detector wants to see of a series before it speaks, and a few more: a report may get lost. */
const valuesToLearn = 64;
const valuesShown = 60;
const mostHeard = 2_000;

export const beginStory = (target: string, startedAt: number, scenario: Scenario): Story => ({
  target,
  scenario,
  startedAt,
  now: startedAt,
  phase: 'starting',
  isOpen: false,
  series: new Map(),
  alerts: new Map(),
  heard: [],
  sights: [],
});

/** The story with one event more. Signals and alerts about anything but the shop and its payment provider are no part of it. */
export function tell(story: Story, event: DemoEvent): Story {
  const next = { ...story, now: Math.max(story.now, event.at) };
  switch (event.kind) {
    case 'note':
    case 'tick':
      return next;
    case 'phase':
      return { ...next, phase: event.phase };
    case 'open':
      return { ...next, isOpen: true };
    case 'sample':
      return isAbout(story, event.sample) ? { ...next, series: seen(story, event.sample) } : next;
    case 'fault': {
      const { liftedAt: _, ...before } = next;
      return event.isOn ? { ...before, faultAt: event.at } : { ...next, liftedAt: event.at };
    }
    case 'alert':
      return isAbout(story, event.alert) ? { ...next, alerts: changed(story, event.alert, event.at) } : next;
    case 'loop':
      return { ...next, heard: [...story.heard, { ...event.message, at: event.at }].slice(-mostHeard) };
    case 'instances':
      return { ...next, instances: event.instances };
    case 'sight':
      if (event.sight.about === 'health' && !isAbout(story, { target: event.sight.report.target })) return next;
      return { ...next, sights: withSight(story.sights, { ...event.sight, at: event.at }) };
  }
}

/** Whether it is about the shop of this run or what it depends on: what an earlier one left behind on servers that are kept began before. */
export const isAbout = (story: Story, { target, ...alert }: { target: string; startsAt?: number }): boolean =>
  [story.target, providerOf(story.target)].includes(target) && (alert.startsAt ?? story.startedAt) >= story.startedAt;

function seen({ series }: Story, { labels, ...sample }: Pick<MetricSample, 'target' | 'name' | 'labels' | 'value'>) {
  const key = keyOf('muster.metrics.v1', { ...sample, labels } as MetricSample);
  const before = series.get(key);
  return new Map(series).set(key, {
    name: sample.name,
    route: labels['route'],
    count: (before?.count ?? 0) + 1,
    recent: [...(before?.recent ?? []), sample.value].slice(-valuesShown),
  });
}

function changed({ alerts }: Story, alert: Alert, at: number): ReadonlyMap<string, Fired> {
  const before = alerts.get(alert.fingerprint);
  if (alert.status === 'RESOLVED')
    return before === undefined ? alerts : new Map(alerts).set(alert.fingerprint, { ...before, resolvedAt: at });
  if (before !== undefined && before.resolvedAt === undefined)
    return new Map(alerts).set(alert.fingerprint, { ...before, alert });
  const next = new Map(alerts);
  // Fired again, it is the latest one; what was before stays part of the story.
  if (before !== undefined) next.delete(alert.fingerprint);
  if (before !== undefined) next.set(`${alert.fingerprint} from ${before.firedAt}`, before);
  return next.set(alert.fingerprint, { alert, firedAt: at });
}

/** How much of what the detectors want to see they have seen, 0..1. */
export function learned({ series }: Story): number {
  const fewest = Math.min(...[...series.values()].map(({ count }) => count));
  return series.size === 0 ? 0 : Math.min(1, fewest / valuesToLearn);
}

/** Alerts that fired while nothing was the matter yet. */
export const falseAlarms = ({ alerts, faultAt = Infinity }: Story): Fired[] =>
  [...alerts.values()].filter(({ firedAt }) => firedAt < faultAt);

/** Alerts that fired since the fault was switched on. */
export const firedSinceFault = ({ alerts, faultAt = Infinity }: Story): Fired[] =>
  [...alerts.values()].filter(({ firedAt }) => firedAt >= faultAt);

export const stillFiring = ({ alerts }: Story): Fired[] =>
  [...alerts.values()].filter(({ resolvedAt }) => resolvedAt === undefined);

/** What the mesh says it does about the shop. */
export const loopOf = ({ heard, target, startedAt }: Story): Heard[] => aboutTarget(heard, target, startedAt);

/** Records of one kind among them. */
export const heardOf = <A extends About>(story: Story, about: A): RecordOf<A>[] =>
  of(loopOf(story), about).map(({ record }) => record);

/** How many incidents are open. */
export const openIncidents = (story: Story): number => {
  const newest = new Map(heardOf(story, 'incident').map((incident) => [incident.incidentId, incident.status]));
  return [...newest.values()].filter((status) => status === 'OPEN').length;
};
