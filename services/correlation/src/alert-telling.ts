/** What an alert's state has to say that was not told yet. */
import { handled, type Publication } from '@muster/agent';
import { flappingAt, flappingEndsAt, noteTransition, type FlappingOptions, type FlappingState } from '@muster/analysis';
import type { TransitionKind } from '@muster/schemas';
import { isWorse, scopeOf, type AlertState, type Episode, type Told } from './alert-state.ts';
import type { AlertContext, AlertOutcome } from './folding.ts';
import type { Settings } from './settings.ts';
import { nextSilenceChange, silenceBook, silencedBy } from './silence-book.ts';
import { tally } from './tally.ts';

type TransitionPublication = Publication<'muster.alert-transitions.v1'>;

export function flappingOptions({ flappingWindowMs }: Settings): FlappingOptions {
  return { windowMs: flappingWindowMs, startAt: 6, stopBelow: 3 };
}

/** A source that has repeated itself so often is one that does. */
const knownRepeats = 3;
/** The pause between two REPEATED grows up to this many times the first. */
const longestPause = 12;
const minuteMs = 60_000;

/**
 * Tells what there is to tell of the state as it is now, and asks to be woken when there will be more: when a silence begins or ends, what was
 * folded is due, flapping ends, or a source that repeats itself has fallen silent. `isHeard`: a message led to it, and not the time.
 */
export function settle(state: AlertState, context: AlertContext, isHeard: boolean): AlertOutcome {
  const { now, config, tables } = context;
  const { episode, flapping } = quieted(state, now, config);
  if (episode === null) return rest({ ...state, episode, flapping }, context, []);

  const silences = silenceBook(tables.silences).about(episode.facts);
  const present: Told = {
    at: now,
    severity: episode.facts.severity,
    isFlapping: episode.isFlapping || flapping?.isFlapping === true,
    silencedBy: silencedBy(silences, now),
  };
  const isFiring = episode.isRaised || flapping?.isFlapping === true;
  const kind = kindOf(episode, present, isFiring, config);
  if (kind === undefined) {
    if (isHeard) tally.folded += 1;
    if (!isFiring) return rest({ ...state, episode: null, flapping }, context, []);
    return waiting({ ...state, episode, flapping }, context, nextSilenceChange(silences, now), []);
  }
  const foldedCount = isHeard && kind !== 'REPEATED' ? episode.folded - 1 : episode.folded;
  const publish = [transitionOf(episode, kind, present, foldedCount)];
  tally.told += 1;
  if (kind === 'FIRED' && present.silencedBy.length > 0) tally.silenced += 1;
  if (!isFiring) {
    const last = episode.isMoment ? null : lastOf(state, episode);
    return rest({ ...state, episode: null, flapping, last }, context, publish);
  }
  const repeatsTold = kind === 'REPEATED' ? episode.repeatsTold + 1 : 0;
  const told = { ...episode, told: present, folded: 0, repeatsTold };
  return waiting({ ...state, episode: told, flapping }, context, nextSilenceChange(silences, now), publish);
}

/** What gets worse is told at once, what gets better not more often than repetitions are: a source that wavers is no news. */
function kindOf(
  { told, folded, repeatsTold, isMoment }: Episode,
  present: Told,
  isFiring: boolean,
  config: Settings,
): Exclude<TransitionKind, 'UNKNOWN'> | undefined {
  if (told.at === 0) return 'FIRED';
  if (!isFiring && isMoment) return folded > 0 ? 'REPEATED' : undefined;
  if (!isFiring) return 'RESOLVED';
  if (!areSame(told.silencedBy, present.silencedBy)) return 'CHANGED';
  const isNews = isWorse(present.severity, told.severity) || (present.isFlapping && !told.isFlapping);
  if (isNews) return 'CHANGED';
  if (present.at < toldAgainAt(told, repeatsTold, config)) return undefined;
  if (isBetter(told, present)) return 'CHANGED';
  return folded > 0 ? 'REPEATED' : undefined;
}

function isBetter(told: Told, present: Pick<Told, 'severity' | 'isFlapping'>): boolean {
  return told.severity !== present.severity || told.isFlapping !== present.isFlapping;
}

function areSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

function toldAgainAt(told: Told, repeatsTold: number, { repeatAfterMs }: Settings): number {
  return told.at + repeatAfterMs * Math.min(2 ** repeatsTold, longestPause);
}

/** When its source, if it says nothing more, is believed to be quiet; epoch ms. */
function quietAt({ isRaised, isMoment, believedUntil, repeats, gapMs, heardAt }: Episode, config: Settings): number {
  if (!isRaised) return Infinity;
  const { quietAfterMs, forgetAfterMs } = config;
  if (isMoment) return heardAt + quietAfterMs;
  const forgottenAt = heardAt + forgetAfterMs;
  if (believedUntil !== null) return Math.min(Math.max(believedUntil, heardAt + quietAfterMs), forgottenAt);
  return repeats < knownRepeats ? forgottenAt : Math.min(heardAt + Math.max(quietAfterMs, 3 * gapMs), forgottenAt);
}

function quieted(
  { episode, flapping: before }: AlertState,
  now: number,
  config: Settings,
): { readonly episode: Episode | null; readonly flapping: FlappingState | null } {
  const options = flappingOptions(config);
  const flapping = before === null ? null : flappingAt(before, now, options);
  if (episode === null || now < quietAt(episode, config)) return { episode, flapping };
  if (episode.isMoment) return { episode: { ...episode, isRaised: false }, flapping };
  const endsAt = Math.min(Math.max(episode.believedUntil ?? 0, episode.heardAt), now);
  return {
    episode: { ...episode, isRaised: false, endsAt },
    flapping: noteTransition(flapping ?? undefined, now, options),
  };
}

function lastOf({ last }: AlertState, { startsAt, endsAt, heardAt }: Episode): AlertState['last'] {
  if (last !== null && last.startsAt === startsAt) return last;
  return { startsAt, endsAt: endsAt ?? heardAt, saidAt: heardAt };
}

/** Something fires. */
function waiting(
  state: AlertState & { readonly episode: Episode },
  { now, config }: AlertContext,
  silenceChangesAt: number,
  publish: readonly TransitionPublication[],
): AlertOutcome {
  const { episode, flapping } = state;
  const { told, folded, facts, isFlapping, repeatsTold, startsAt } = episode;
  const isFlappingNow = isFlapping || flapping?.isFlapping === true;
  const hasMore = folded > 0 || isBetter(told, { severity: facts.severity, isFlapping: isFlappingNow });
  const wakesAt = Math.min(
    silenceChangesAt,
    flappingEndsAt(flapping ?? undefined, flappingOptions(config)) ?? Infinity,
    hasMore ? toldAgainAt(told, repeatsTold, config) : Infinity,
    quietAt(episode, config),
    // A silence made meanwhile wakes nobody: it is looked for, seldom where the alert is old.
    now + Math.min(Math.max((now - startsAt) / 4, minuteMs), 15 * minuteMs),
  );
  return asking(state, Math.max(Math.ceil(wakesAt), now + 1), publish);
}

/** Nothing fires: what is left is forgotten when it is no longer needed to tell flapping and latecomers. */
function rest(
  state: AlertState,
  { now, config }: AlertContext,
  publish: readonly TransitionPublication[],
): AlertOutcome {
  const changedAt = state.flapping?.transitions.at(-1) ?? 0;
  const forgetAt = Math.max(changedAt, Math.min(state.last?.saidAt ?? 0, now)) + config.flappingWindowMs;
  return forgetAt <= now ? handled({ state: null, publish, wakeAt: null }) : asking(state, forgetAt, publish);
}

/** A wake-up that was asked for earlier is kept: it will find out by itself that it is not yet time. */
function asking(state: AlertState, wakesAt: number, publish: readonly TransitionPublication[]): AlertOutcome {
  if (state.wakesAt !== null && state.wakesAt <= wakesAt) return handled({ state, publish });
  return handled({ state: { ...state, wakesAt }, publish, wakeAt: wakesAt });
}

function transitionOf(
  { facts, alertId, startsAt, endsAt, isMoment, heardAt, correlationId }: Episode,
  transition: TransitionKind,
  { severity, isFlapping, silencedBy: silences }: Told,
  foldedCount: number,
): TransitionPublication {
  const { fingerprint, target, category, title, score, labels } = facts;
  return {
    topic: 'muster.alert-transitions.v1',
    correlationId,
    value: {
      scope: scopeOf(facts),
      fingerprint,
      alertId,
      transition,
      severity,
      target,
      category,
      title,
      startsAt,
      endsAt: transition === 'RESOLVED' ? (endsAt ?? heardAt) : isMoment ? endsAt : null,
      score,
      foldedCount,
      isFlapping: transition !== 'RESOLVED' && isFlapping,
      silencedBy: silences,
      labels,
    },
  };
}
