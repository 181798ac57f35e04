/** Everything that comes from one address, and every block of it. */
import { handled, ignored, rejected, type Outcome, type Publication } from '@muster/agent';
import type { Message } from '@muster/bus';
import { canonicalAddress, readAddress } from '@muster/containment';
import type { Block, SecurityEvent, SecurityEventInput } from '@muster/schemas';
import { freshState, type AddressState } from './address-state.ts';
import { allowListFrom } from './allowed.ts';
import { alertOf, decide, type AddressContext, type AddressTopics } from './decide.ts';
import { evidenceOf } from './event-signs.ts';
import { countOf, isUnmarked, marksNear, withEvidence } from './marks.ts';
import { counted } from './rate.ts';
import { brokenRule, scoreAfter } from './rules.ts';
import type { Settings } from './settings.ts';

type AddressOutcome = Outcome<AddressState, AddressTopics>;
const dayMs = 86_400_000;
/** What was on its way when the block began; the rest came through it. */
const settlingMs = 10_000;
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
  const before = context.state ?? freshState;
  const evidence = event.attributes['ambiguous'] === 'true' ? [] : evidenceOf(event);
  const kinds = [...new Set(evidence.map(({ kind }) => kind))];
  const wasGuessed =
    event.kind === 'LOGIN' &&
    event.outcome === 'SUCCEEDED' &&
    countOf(marksNear(before.marks.login, at, config.windowMs)) >= guesses;
  const state: AddressState = {
    ...before,
    marks: withEvidence(before.marks, evidence, at, count, config.windowMs),
    score: kinds.length === 0 ? before.score : scoreAfter(before, kinds, at, count),
    scoredAt: kinds.length === 0 ? before.scoredAt : Math.max(before.scoredAt, at),
    rate: counted(before.rate, at, count),
    ...standingAfter(before, event, at),
    heardAt: Math.max(before.heardAt, at),
  };
  const passedOn = toActor(event, address);
  if (state.block !== null && state.block.endsAt > now) {
    const isThrough = event.outcome !== 'REFUSED' && at > state.block.startsAt + settlingMs;
    const block = isThrough ? { ...state.block, through: state.block.through + 1 } : state.block;
    return keep({ ...state, block, marks: before.marks, score: before.score }, passedOn, config);
  }
  const found = wasGuessed
    ? {
        rule: 'guessed-login',
        reason: `A login as ${event.actor || 'somebody'} succeeded after ${countOf(before.marks.login)} failed ones.`,
        observed: countOf(before.marks.login),
        limit: guesses,
      }
    : brokenRule(state, at, config.windowMs);
  if (found === undefined) return keep(state, passedOn, config);
  const { correlationId } = event.envelope;
  const finding = { broken: found, target: event.target, at, correlationId, isCritical: wasGuessed };
  const decided = decide(state, finding, context);
  return keep(decided.state, [...decided.publish, ...passedOn], config);
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

/** What a person decided, what an approved change brought, or this agent's own decision, which a lost state learns from. */
function hearBlock(block: Block, context: AddressContext): AddressOutcome {
  const { key, now, config } = context;
  const state = context.state ?? freshState;
  const reading = readAddress(block.address);
  if (reading.kind !== 'address') return rejected(`address can't be blocked: ${reading.reason}.`);
  if (reading.address !== key)
    return rejected(`address ${block.address} is to be written ${reading.address}, which is the key of its blocks.`);
  if (block.status === 'UNKNOWN') return rejected('status is UNKNOWN: a block is ACTIVE or RELEASED.');
  if (block.endsAt <= now) return ignored('it is over');
  if (block.status === 'RELEASED') {
    const released = {
      ...state,
      block: null,
      releasedUntil: block.endsAt,
      alert: null,
      heardAt: Math.max(state.heardAt, now),
    };
    return keep(released, resolved(state, key, now), config);
  }
  const allowed = allowListFrom(config)(key);
  if (allowed !== undefined) {
    // Taken back, so that no enforcer with another allow-list keeps it out.
    const lift: Publication<AddressTopics> = { topic: 'muster.blocks.v1', key, value: null };
    return handled({ publish: [lift, refusalOf(block, allowed, now)] });
  }
  const isKnown = state.block !== null && state.block.endsAt === block.endsAt;
  if (isKnown) return ignored('it is known');
  const adopted = { startsAt: now, endsAt: block.endsAt, rule: block.rule, through: 0, isVerified: false };
  const offences = Math.max(state.offences, block.decidedBy === 'security' ? block.offence : 0);
  const lastOffenceAt = Math.max(state.lastOffenceAt, block.startsAt);
  return keep(
    { ...state, block: adopted, offences, lastOffenceAt, releasedUntil: 0, heardAt: Math.max(state.heardAt, now) },
    [],
    config,
  );
}

function refusalOf({ address, decidedBy, target }: Block, why: string, now: number): Publication<AddressTopics> {
  return {
    topic: 'muster.alerts.v1',
    value: {
      fingerprint: `security/refused-block/${address}`,
      status: 'FIRING',
      severity: 'WARNING',
      target: target || 'muster/security',
      category: 'SECURITY',
      title: `A block of ${address} was taken back`,
      description: `${decidedBy} wanted it blocked, and ${why}.`,
      startsAt: now,
      endsAt: now,
      labels: { address },
    },
  };
}

/** The key's time has come: a block is looked at or over, an alert is over, or nothing was heard for long. */
export function lookAgain(context: AddressContext): AddressOutcome {
  const { key, now, config, state } = context;
  if (state === undefined) return ignored('nothing is known of it');
  const publish: Publication<AddressTopics>[] = [];
  let next = state;
  if (next.block !== null && !next.block.isVerified && next.block.startsAt + config.verifyAfterMs <= now) {
    const { through } = next.block;
    next = { ...next, block: { ...next.block, isVerified: true } };
    if (through > 0 && next.alert !== null) {
      next = { ...next, alert: { ...next.alert, severity: 'CRITICAL', title: `${key} is blocked and comes through` } };
      const description = `${through} events came from it after it was blocked: nothing enforces the block where they come in.`;
      if (next.alert !== null)
        publish.push({
          topic: 'muster.alerts.v1',
          value: { ...alertOf(key, next.alert), status: 'FIRING', description },
        });
    }
  }
  const isOver = next.block !== null && next.block.endsAt <= now;
  const isReleaseOver = next.releasedUntil > 0 && next.releasedUntil <= now;
  if (isOver || isReleaseOver) {
    publish.push({ topic: 'muster.blocks.v1', key, value: null });
    next = { ...next, block: null, releasedUntil: 0 };
  }
  if (next.alert !== null && next.block === null && next.alert.endsAt <= now) {
    publish.push(...resolved(next, key, now));
    next = { ...next, alert: null };
  }
  return keep(next, publish, config, now);
}

function resolved({ alert }: AddressState, address: string, now: number): readonly Publication<AddressTopics>[] {
  if (alert === null) return [];
  const value = { ...alertOf(address, alert), status: 'RESOLVED', endsAt: now } as const;
  return [{ topic: 'muster.alerts.v1', value, correlationId: alert.correlationId }];
}

/** Keeps the state until nothing in it matters any more, and asks to be woken when something is due. */
function keep(
  state: AddressState,
  publish: readonly Publication<AddressTopics>[],
  config: Settings,
  now = 0,
): AddressOutcome {
  const isRepeater = state.offences > 0 || state.goodDays > 0;
  const forgetAt = state.heardAt + (isRepeater ? config.forgetOffencesAfterMs : config.forgetAfterMs);
  const { block, alert, releasedUntil } = state;
  const due = [
    forgetAt,
    block === null
      ? Infinity
      : block.isVerified
        ? block.endsAt
        : Math.min(block.endsAt, block.startsAt + config.verifyAfterMs),
    alert === null ? Infinity : Math.max(alert.endsAt, block?.endsAt ?? 0),
    releasedUntil === 0 ? Infinity : releasedUntil,
  ];
  const isForgotten = forgetAt <= now && block === null && alert === null && releasedUntil === 0;
  return handled<AddressState, AddressTopics>({
    state: isForgotten ? null : state,
    publish,
    wakeAt: isForgotten ? null : Math.max(now + 1, Math.min(...due)),
  });
}
