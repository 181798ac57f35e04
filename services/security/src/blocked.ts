/** The life of a block: adopted when it is heard of, looked at once, lifted when it is wrong, over at its end; and what overrules it. */
import { handled, ignored, rejected, type Publication } from '@muster/agent';
import { readAddress } from '@muster/containment';
import type { Block, SecurityEvent } from '@muster/schemas';
import { freshState, type ActiveBlock, type AddressState, type OpenAlert, type Release } from './address-state.ts';
import { toldOf } from './address-day.ts';
import { whyAllowed } from './allowed.ts';
import { alertOf, quiet, type AddressContext, type AddressTopics } from './decide.ts';
import { isForgettable, keepAddress, type AddressOutcome } from './keep-address.ts';

/** What was on its way when the block began; the rest came through it. */
const settlingMs = 10_000;
/** So many events that come through a block which held before, and it does not any more. */
const leak = 3;
/** Rules that people can break who mean no harm: a script gone wild, a broken client, a crawler in the same house. */
const harmlessRules = new Set(['scanning', 'insisting', 'flooding', 'broken-connections']);
/** Decided by programs, which may say it again from a log that is read again; a person means it now. */
const decidedByPrograms = new Set(['security', 'an approved change', 'a task']);

type Publications = readonly Publication<AddressTopics>[];

/** What a person decided, what an approved change brought, or what this agent's ledger granted. */
export function hearBlock(block: Block, context: AddressContext): AddressOutcome {
  const { key, now, config } = context;
  const state = { ...freshState, ...context.state };
  const reading = readAddress(block.address);
  if (reading.kind !== 'address') return rejected(`address can't be blocked: ${reading.reason}.`);
  if (reading.address !== key)
    return rejected(`address ${block.address} is to be written ${reading.address}, which is the key of its blocks.`);
  if (block.status === 'UNKNOWN') return rejected('status is UNKNOWN: a block is ACTIVE or RELEASED.');
  if (block.endsAt <= now) return ignored('it is over');
  const heardAt = Math.max(state.heardAt, now);
  if (block.status === 'RELEASED') {
    const { startsAt, endsAt, decidedBy } = block;
    const released = { ...state, block: null, release: { startsAt, endsAt, decidedBy }, alert: null, heardAt };
    return keepAddress(released, resolved(state, key, now), config);
  }
  const allowed = whyAllowed(key, config);
  // Taken back, so that no enforcer with another allow-list keeps it out.
  if (allowed !== undefined) return handled({ publish: [lift(key), refusalOf(block, allowed, now)] });
  const { release } = state;
  if (release !== null && release.endsAt > now && isOverruled(block, release))
    return handled({ publish: [releaseAgain(key, release)] });
  if (state.block !== null && state.block.endsAt === block.endsAt) return ignored('it is known');
  const { endsAt, rule, offence, target } = block;
  const adopted: ActiveBlock = {
    startsAt: now,
    endsAt,
    rule,
    offence,
    target,
    correlationId: block.envelope.correlationId,
    through: 0,
    isVerified: false,
    isLeaky: false,
  };
  const offences = Math.max(state.offences, block.decidedBy === 'security' ? offence : 0);
  const lastOffenceAt = Math.max(state.lastOffenceAt, block.startsAt);
  return keepAddress(
    { ...quiet(state), block: adopted, offences, lastOffenceAt, release: null, askedUntil: 0, heardAt },
    [],
    config,
  );
}

/** Whether what a program decided was overruled by a release: this agent's own decisions always, those of others when they are older. */
const isOverruled = (block: Block, release: Release): boolean =>
  block.decidedBy === 'security' || (decidedByPrograms.has(block.decidedBy) && block.startsAt <= release.startsAt);

/** The topic's newest word on an address is what enforcers heed: the release is said again. */
const releaseAgain = (address: string, { startsAt, endsAt, decidedBy }: Release): Publication<AddressTopics> => ({
  topic: 'muster.blocks.v1',
  value: {
    address,
    status: 'RELEASED',
    startsAt,
    endsAt,
    decidedBy,
    reason: 'Said again: a block that it overrules came after it.',
  },
});

const lift = (key: string): Publication<AddressTopics> => ({ topic: 'muster.blocks.v1', key, value: null });

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

/** An event of an address that is blocked: it came through, was refused, or shows that the block is wrong. */
export function whileBlocked(
  state: AddressState,
  block: ActiveBlock,
  event: SecurityEvent,
  at: number,
  { key, now }: AddressContext,
): { readonly state: AddressState; readonly publish: Publications } {
  const isKnownPerson = event.kind === 'LOGIN' && event.outcome === 'SUCCEEDED' && state.goodDays > 0;
  if (isKnownPerson && harmlessRules.has(block.rule)) return lifted(state, block, key, now);
  const hasEntered = event.kind === 'LOGIN' && event.outcome === 'SUCCEEDED';
  const isThrough = hasEntered || (event.outcome !== 'REFUSED' && at > block.startsAt + settlingMs);
  if (!isThrough) return { state, publish: [] };
  const next = { ...state, block: { ...block, through: block.through + 1 } };
  const isTold = hasEntered || (block.isVerified && next.block.through >= leak);
  return isTold ? toldLeak(next, next.block, key) : { state: next, publish: [] };
}

/** Before its end, and no offence any more. */
function lifted(
  state: AddressState,
  block: ActiveBlock,
  key: string,
  now: number,
): { readonly state: AddressState; readonly publish: Publications } {
  const next = { ...quiet(state), block: null, alert: null, offences: Math.max(0, block.offence - 1) };
  return { state: next, publish: [lift(key), ...resolved(state, key, now)] };
}

function toldLeak(
  state: AddressState,
  block: ActiveBlock,
  key: string,
): { readonly state: AddressState; readonly publish: Publications } {
  if (block.isLeaky) return { state, publish: [] };
  const { startsAt, endsAt, target, through, correlationId } = block;
  const open = state.alert ?? { startsAt, endsAt, target: target || 'muster/security', correlationId };
  const alert: OpenAlert = { ...open, severity: 'CRITICAL', title: `${key} is blocked and comes through` };
  const description = `${through} events came from it after it was blocked: nothing enforces the block where they come in.`;
  const value = { ...alertOf(key, alert), status: 'FIRING', description } as const;
  return {
    state: { ...state, alert, block: { ...block, isLeaky: true } },
    publish: [{ topic: 'muster.alerts.v1', value, correlationId: alert.correlationId }],
  };
}

/** The key's time has come: a block is looked at or over, an alert is over, or nothing was heard for long. */
export function lookAgain(context: AddressContext): AddressOutcome {
  const { key, now, config, state } = context;
  if (state === undefined) return ignored('nothing is known of it');
  const publish: Publication<AddressTopics>[] = [];
  let next = { ...freshState, ...state };
  const take = (step: { readonly state: AddressState; readonly publish: Publications }): void => {
    next = step.state;
    publish.push(...step.publish);
  };
  if (next.block !== null && whyAllowed(key, config) !== undefined) take(lifted(next, next.block, key, now));
  if (next.block !== null && !next.block.isVerified && next.block.startsAt + config.verifyAfterMs <= now) {
    const block = { ...next.block, isVerified: true };
    take(block.through > 0 ? toldLeak({ ...next, block }, block, key) : { state: { ...next, block }, publish: [] });
  }
  const isOver = next.block !== null && next.block.endsAt <= now;
  const isReleaseOver = next.release !== null && next.release.endsAt <= now;
  if (isOver || isReleaseOver) {
    // A newer block that is on its way to this agent is not to be lifted with the old one.
    if ((context.tables.blocks.get(key)?.endsAt ?? 0) <= now) publish.push(lift(key));
    next = { ...next, block: null, release: null };
  }
  if (next.alert !== null && next.block === null && next.alert.endsAt <= now) {
    publish.push(...resolved(next, key, now));
    next = { ...next, alert: null };
  }
  // What it did on its last days is told before it is forgotten.
  if (isForgettable(next, config, now))
    for (const value of toldOf(key, next.days)) publish.push({ topic: 'muster.address-days.v1', value });
  return keepAddress(next, publish, config, now);
}

function resolved({ alert }: AddressState, address: string, now: number): Publications {
  if (alert === null) return [];
  const value = { ...alertOf(address, alert), status: 'RESOLVED', endsAt: now } as const;
  return [{ topic: 'muster.alerts.v1', value, correlationId: alert.correlationId }];
}
