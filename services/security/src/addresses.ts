/** Everything that comes from one address; `blocked.ts` goes on while it is blocked. */
import { handled, rejected, type Publication } from '@muster/agent';
import type { Message } from '@muster/bus';
import { canonicalAddress, readAddress } from '@muster/containment';
import type { SecurityEvent, SecurityEventInput } from '@muster/schemas';
import { daysAfter, toldOf, type Day } from './address-day.ts';
import { freshState, type AddressState } from './address-state.ts';
import { hearBlock, whileBlocked } from './blocked.ts';
import { decide, type AddressContext, type AddressTopics } from './decide.ts';
import { evidenceOf } from './event-signs.ts';
import { keepAddress, type AddressOutcome } from './keep-address.ts';
import { countOf, isUnmarked, marksNear, withEvidence } from './marks.ts';
import { counted } from './rate.ts';
import { brokenRule, measuresOf, scoreAfter } from './rules.ts';

const dayMs = 86_400_000;
/** So many failures before a login that succeeds, and it was guessed. */
const guesses = 5;

/** One event, or one block that somebody decided. */
export function hear(
  message: Message<'muster.security-events.v1' | 'muster.blocks.v1'>,
  context: AddressContext,
): AddressOutcome {
  return message.topic === 'muster.blocks.v1' ? hearBlock(message.value, context) : hearEvent(message.value, context);
}

function hearEvent(event: SecurityEvent, context: AddressContext): AddressOutcome {
  const { key, now, config } = context;
  const reading = readAddress(event.address);
  if (event.address.trim() === '') return rejected('address is empty: a security event says where it came from.');
  if (reading.kind === 'range') return rejected(`address is not one: ${reading.reason}.`);
  if (event.kind === 'UNKNOWN')
    return rejected('kind is UNKNOWN: an event is a LOGIN, a CONNECTION, a REQUEST or a PRIVILEGE.');
  const address = canonicalAddress(event.address);
  // One address has one key, however it was written; from there it comes back in its one form.
  if (address !== key)
    return handled({
      publish: [{ topic: 'muster.security-events.v1', value: { ...withoutEnvelope(event), address } }],
    });
  const at = Math.min(event.at, now);
  const count = Math.min(Math.max(event.count, 1), 1_000);
  // A state of an earlier version lacks what is new.
  const before = { ...freshState, ...context.state };
  const evidence = event.attributes['ambiguous'] === 'true' ? [] : evidenceOf(event);
  const kinds = [...new Set(evidence.map(({ kind }) => kind))];
  const wasGuessed =
    event.kind === 'LOGIN' &&
    event.outcome === 'SUCCEEDED' &&
    countOf(marksNear(before.marks.login, at, config.windowMs)) >= guesses;
  const limits = context.tables.limits.get(event.target)?.limits ?? {};
  const marks = withEvidence(before.marks, evidence, at, count, config.windowMs);
  const measures = measuresOf(marks, at, config.windowMs);
  const { days, over } = daysAfter(before.days, event, evidence, measures, at);
  const state: AddressState = {
    ...before,
    marks,
    score: kinds.length === 0 ? before.score : scoreAfter(before, kinds, at, count, limits),
    scoredAt: kinds.length === 0 ? before.scoredAt : Math.max(before.scoredAt, at),
    rate: counted(before.rate, at, count),
    ...standingAfter(before, event, at),
    days,
    heardAt: Math.max(before.heardAt, at),
  };
  const passedOn = [...toActor(event, address), ...toTargets(address, over)];
  if (state.block !== null && state.block.endsAt > now) {
    const asBefore = { ...state, marks: before.marks, score: before.score };
    const next = whileBlocked(asBefore, state.block, event, at, context);
    return keepAddress(next.state, [...next.publish, ...passedOn], config);
  }
  const found = wasGuessed
    ? {
        rule: 'guessed-login',
        reason: `A login as ${event.actor || 'somebody'} succeeded after ${countOf(before.marks.login)} failed ones.`,
        observed: countOf(before.marks.login),
        limit: guesses,
      }
    : brokenRule(state, measures, limits, config.windowMs);
  if (found === undefined) return keepAddress(state, passedOn, config);
  const { correlationId } = event.envelope;
  const finding = { broken: found, target: event.target, at, correlationId, isCritical: wasGuessed };
  const decided = decide(state, finding, context);
  return keepAddress(decided.state, [...decided.publish, ...passedOn], config);
}

/** Targets learn from days that are over. */
function toTargets(address: string, over: readonly Day[]): readonly Publication<AddressTopics>[] {
  return toldOf(address, over).map((value) => ({ topic: 'muster.address-days.v1', value }));
}

/** Logins are looked at by actor, too. */
function toActor(event: SecurityEvent, address: string): readonly Publication<AddressTopics>[] {
  if (event.kind !== 'LOGIN' || event.actor === '') return [];
  return [{ topic: 'muster.actor-events.v1', value: { ...withoutEnvelope(event), address } }];
}

/** As it can be published again, with an envelope of its own. */
function withoutEnvelope(event: SecurityEvent): SecurityEventInput {
  const { kind, outcome, address, actor, target, action, signs, count, at, attributes } = event;
  return { kind, outcome, address, actor, target, action, signs, count, at, attributes };
}

/** An address is good on a day on which somebody logs in from there and nothing was wrong. */
function standingAfter(
  state: AddressState,
  event: SecurityEvent,
  at: number,
): Pick<AddressState, 'goodDays' | 'lastGoodDay'> {
  const day = Math.floor(at / dayMs);
  const { goodDays, lastGoodDay, marks, offences } = state;
  const isGood = event.kind === 'LOGIN' && event.outcome === 'SUCCEEDED' && isUnmarked(marks) && offences === 0;
  if (!isGood || day <= lastGoodDay) return { goodDays, lastGoodDay };
  return { goodDays: Math.min(goodDays + 1, 30), lastGoodDay: day };
}
