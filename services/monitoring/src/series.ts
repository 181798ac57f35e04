import { handled, ignored, rejected, type HandlerContext, type Outcome } from '@muster/agent';
import { detect } from '@muster/analysis';
import type { Message } from '@muster/bus';
import { absenceFinding, forgottenAt, missedAt, noteArrival, worsensAt } from './absence-watch.ts';
import { lifeWakesAt, type Finding } from './alert-life.ts';
import { capacityFinding, watchCapacity } from './capacity-watch.ts';
import { believedAt, clockFinding, watchClock } from './clock-watch.ts';
import type { Scene } from './evidence.ts';
import { monitorOf } from './monitor.ts';
import { isOfMesh, isOwn, ownForgetAfterMs, ownRules } from './own-rules.ts';
import { watchRules } from './rule-watch.ts';
import { isAbout, latestAt, remember, seriesOf, type Series, type SeriesState } from './series-state.ts';
import type { Settings } from './settings.ts';
import { rulesFor, type StaticRule } from './static-rules.ts';
import { farewell, tell } from './telling.ts';
import { unusualFinding, watchUnusual } from './unusual-watch.ts';
import { isDry, watchVolume } from './volume-watch.ts';

export type SeriesContext = HandlerContext<
  SeriesState,
  Settings,
  { targets: 'muster.topology.v1'; policies: 'muster.policies.v1' }
>;
type SeriesOutcome = Outcome<SeriesState, 'muster.alerts.v1'>;

/** Values beyond this aren't measurements. */
const largest = 1e150;

/** One sample of a series. Nearly always nothing is the matter: up to the first `return handled` is the path that has to be quick. */
export function observe({ value: sample }: Message<'muster.metrics.v1'>, context: SeriesContext): SeriesOutcome {
  const { now, config, state: before } = context;
  const { value } = sample;
  if (!(Math.abs(value) <= largest))
    return rejected(`value is ${value}: a sample carries a measured number; leave missing values out.`);

  const series = before !== undefined && isAbout(before.series, sample) ? before.series : seriesOf(sample);
  const monitor = monitorOf(series.category);
  const at = believedAt(sample.at, now, config);
  const isLate = before !== undefined && at < latestAt(before.recent);
  const isOurs = isOfMesh(series);
  const seen = isOurs ? undefined : detect(before?.detector ?? undefined, { at, value });
  const limit = isLate ? undefined : (before?.capacity?.limit ?? monitor.limitOf?.(series));
  const rules = rulesOf(series, context);
  const volume =
    seen === undefined || seen.verdict.warmingUp || !monitor.isVolume(series)
      ? null
      : watchVolume(before?.volume ?? null, seen.verdict.expected, value, now);
  const dry = volume !== null && isDry(volume, now);
  const wasUnusual = before?.unusual ?? null;
  const unusual =
    seen === undefined || isLate
      ? wasUnusual
      : watchUnusual(wasUnusual, seen.verdict, { at, value }, dry, now, monitor, config);
  const capacity =
    limit === undefined
      ? (before?.capacity ?? null)
      : watchCapacity(before?.capacity ?? null, limit, { at, value }, now);
  const clock = isOurs ? null : watchClock(before?.clock ?? null, sample.at - now, now, config);
  const state: SeriesState = {
    series,
    detector: seen?.state ?? null,
    arrivals: noteArrival(before?.arrivals, now),
    recent: remember(before?.recent ?? [], at, value),
    wakesAt: before?.wakesAt ?? null,
    volume,
    unusual,
    capacity,
    clock,
    holds: before?.holds ?? null,
    alerts: before?.alerts ?? null,
  };
  const isCalm = unusual === null && clock === null && (capacity?.hysteresis ?? null) === null;
  if (isCalm && rules.length === 0 && state.holds === null && state.alerts === null) return resting(state, context);

  const scene = sceneOf(state, context, at);
  const { holds, findings } = isLate
    ? { holds: state.holds, findings: [] }
    : watchRules(rules, state.holds, state.alerts, scene);
  const found: (Finding | undefined)[] = [
    seen === undefined ? undefined : unusualFinding(wasUnusual, unusual, seen.verdict, scene, monitor),
    capacityFinding(before?.capacity ?? null, capacity, scene),
    clockFinding(before?.clock ?? null, clock, scene, config),
    before !== undefined && isMissed(before) ? absenceFinding(before, config, scene, false) : undefined,
    ...findings,
  ];
  return saying({ ...state, holds }, found, context, at, () => sample.envelope.correlationId);
}

/** The wake-up of a series: for a silence that has become too long, a rule that has held long enough, flapping that ends. */
export function wake(context: SeriesContext): SeriesOutcome {
  const { now, state: before, config } = context;
  if (before === undefined) return ignored('nothing is known of this series');
  if (now >= endOf(before, config)) {
    const why = `No value has arrived for so long that the series is no longer watched.`;
    return handled({ state: null, publish: farewell(before.alerts, now, why), wakeAt: null });
  }
  const rules = rulesOf(before.series, context);
  const scene = sceneOf(before, context, now);
  const isSilent = now >= (silentAt(before, config) ?? Number.POSITIVE_INFINITY);
  // A value nobody has confirmed for so long holds no rule up.
  const { holds, findings } = isSilent
    ? { holds: null, findings: [absenceFinding(before, config, scene, true)] }
    : watchRules(rules, before.holds, before.alerts, scene);
  return saying({ ...before, holds, wakesAt: null }, findings, context, now, context.newId);
}

/** Nothing to say: only the wake-up may have to move. It stays while it is early enough, and is looked at when it comes. */
function resting(state: SeriesState, { now, config }: SeriesContext): SeriesOutcome {
  if (state.wakesAt !== null && state.arrivals.clock.lastAt < now) return handled({ state });
  const wakesAt = wishOf(state, now, config);
  return state.wakesAt !== null && state.wakesAt <= wakesAt
    ? handled({ state })
    : handled({ state: { ...state, wakesAt }, wakeAt: wakesAt });
}

function saying(
  state: SeriesState,
  found: readonly (Finding | undefined)[],
  { key, now, config }: SeriesContext,
  at: number,
  correlationId: () => string,
): SeriesOutcome {
  const findings = found.filter((finding) => finding !== undefined);
  const { alerts, publish } = tell(state.alerts, findings, at, {
    key,
    target: state.series.target,
    now,
    correlationId,
  });
  const told = { ...state, alerts };
  const wakesAt = wishOf(told, now, config);
  return state.wakesAt !== null && state.wakesAt <= wakesAt
    ? handled({ state: told, publish })
    : handled({ state: { ...told, wakesAt }, publish, wakeAt: wakesAt });
}

/** When the key has something to do without a message, epoch ms. */
function wishOf(state: SeriesState, now: number, settings: Settings): number {
  let at = endOf(state, settings);
  const silence = isMissed(state) ? worsensAt(state, settings) : silentAt(state, settings);
  // A silence that has become worse already has nothing more to say.
  if (silence !== undefined && silence > now) at = Math.min(at, silence);
  for (const { dueAt } of state.holds ?? []) if (dueAt > now) at = Math.min(at, dueAt);
  for (const life of state.alerts ?? []) at = Math.min(at, lifeWakesAt(life) ?? at);
  return Math.max(at, now + 1);
}

function rulesOf(series: Series, { tables }: SeriesContext): readonly StaticRule[] {
  return isOwn(series) ? ownRules : rulesFor(series, tables.policies, tables.targets);
}

function silentAt(state: SeriesState, settings: Settings): number | undefined {
  return isOfMesh(state.series) ? undefined : missedAt(state.arrivals, settings);
}

function endOf({ series, arrivals }: SeriesState, settings: Settings): number {
  return isOfMesh(series) ? arrivals.clock.lastAt + ownForgetAfterMs : forgottenAt(arrivals, settings);
}

function isMissed({ alerts }: SeriesState): boolean {
  return alerts?.some(({ kind, isRaised }) => kind === 'absence' && isRaised) ?? false;
}

function sceneOf(state: SeriesState, { key, now, tables }: SeriesContext, at: number): Scene {
  const { series, recent, detector } = state;
  return { key, series, at, now, recent, samples: detector?.samples ?? 0, facts: tables.targets.get(series.target) };
}
