/** Alerts of one fingerprint: what of them is worth telling, and what is folded and only counted. */
import { ignored, rejected, type HandlerContext, type Outcome } from '@muster/agent';
import { flappingAt, noteTransition } from '@muster/analysis';
import type { Message } from '@muster/bus';
import type { Alert } from '@muster/schemas';
import { factsOf, type AlertState, type Episode } from './alert-state.ts';
import { flappingOptions, settle } from './alert-telling.ts';
import type { Settings } from './settings.ts';
import { silenceBook } from './silence-book.ts';
import { tally } from './tally.ts';

export type AlertContext = HandlerContext<AlertState, Settings, { silences: 'muster.silences.v1' }>;
export type AlertOutcome = Outcome<AlertState, 'muster.alert-transitions.v1'>;

const fresh: AlertState = { episode: null, flapping: null, last: null, wakesAt: null };

/** One alert message. Most only say again what is known. */
export function hear(message: Message<'muster.alerts.v1'>, context: AlertContext): AlertOutcome {
  const alert = message.value;
  if (alert.target === '') return rejected('target is empty: an alert says what it is about.');
  if (alert.status === 'UNKNOWN') return rejected('status is UNKNOWN: an alert is FIRING or RESOLVED.');
  tally.heard += 1;
  const state = context.state ?? fresh;
  return alert.status === 'FIRING' ? hearFiring(alert, state, context) : hearResolved(alert, state, context);
}

/** The key's time has come: something begins, ends, or has not been said for long. */
export function lookAgain(context: AlertContext): AlertOutcome {
  const { state } = context;
  return state === undefined ? ignored('nothing is known of it') : settle({ ...state, wakesAt: null }, context, false);
}

function hearFiring(alert: Alert, state: AlertState, context: AlertContext): AlertOutcome {
  const { now, config, tables } = context;
  const { episode, last } = state;
  if (episode === null && last !== null && alert.startsAt < last.endsAt && alert.envelope.time < last.saidAt)
    return ignored('it is older than the RESOLVED that is known');
  const facts = factsOf(alert, episode?.facts, silenceBook(tables.silences).isAboutTitles);
  const { endsAt } = alert;
  const isMoment = endsAt !== null && endsAt <= Math.max(alert.startsAt, now);
  const isChange = episode === null || !episode.isRaised;
  const isSaidAgain = !isChange && facts === episode.facts && alert.isFlapping === episode.isFlapping;
  const heard: Episode = {
    facts,
    correlationId: episode?.correlationId ?? alert.envelope.correlationId,
    alertId: isSaidAgain ? episode.alertId : alert.envelope.id,
    startsAt: episode?.startsAt ?? Math.min(alert.startsAt, now),
    isRaised: true,
    endsAt: isMoment ? endsAt : null,
    isFlapping: alert.isFlapping,
    isMoment,
    believedUntil: isMoment ? null : endsAt,
    told: episode?.told ?? nothingTold,
    folded: (episode?.folded ?? 0) + 1,
    repeatsTold: episode?.repeatsTold ?? 0,
    heardAt: now,
    repeats: isSaidAgain ? episode.repeats + 1 : (episode?.repeats ?? 0),
    gapMs: isSaidAgain ? usualGap(episode, now) : (episode?.gapMs ?? 0),
  };
  const flapping =
    isChange && !isMoment ? noteTransition(state.flapping ?? undefined, now, flappingOptions(config)) : state.flapping;
  return settle({ ...state, episode: heard, flapping }, context, true);
}

function hearResolved(alert: Alert, state: AlertState, context: AlertContext): AlertOutcome {
  const { now, config } = context;
  const { episode } = state;
  const saidAt = alert.envelope.time;
  const endsAt = Math.min(alert.endsAt ?? now, now);
  if (episode === null) {
    // A FIRING that was overtaken by its own end must not fire for ever.
    const last = { startsAt: alert.startsAt, endsAt: Math.max(endsAt, alert.startsAt + 1), saidAt };
    return settle(
      { ...state, last: state.last === null || state.last.saidAt < saidAt ? last : state.last },
      context,
      true,
    );
  }
  const isOfEarlier = endsAt < episode.startsAt && alert.startsAt < episode.startsAt;
  if (isOfEarlier || !episode.isRaised)
    return settle({ ...state, episode: { ...episode, folded: episode.folded + 1, heardAt: now } }, context, true);
  const heard: Episode = {
    ...episode,
    alertId: alert.envelope.id,
    isRaised: false,
    endsAt: Math.max(endsAt, episode.startsAt),
    isFlapping: alert.isFlapping,
    folded: episode.folded + 1,
    heardAt: now,
  };
  const flapping = noteTransition(
    flappingAt(state.flapping ?? undefined, now, flappingOptions(config)),
    now,
    flappingOptions(config),
  );
  return settle(
    { ...state, episode: heard, flapping, last: { startsAt: episode.startsAt, endsAt, saidAt } },
    context,
    true,
  );
}

const nothingTold = { at: 0, severity: 'UNKNOWN', isFlapping: false, silencedBy: [] } as const;

/** Follows slowly, so that one early message does not make the next one look late. */
function usualGap({ heardAt, repeats, gapMs }: Episode, now: number): number {
  const gap = Math.max(0, now - heardAt);
  return repeats === 0 ? gap : Math.max(gap, 0.9 * gapMs + 0.1 * gap);
}
