/** What follows from a broken rule: a block, a question to people, or an alert alone. */
import type { HandlerContext, Publication } from '@muster/agent';
import { readAddress } from '@muster/containment';
import type { AlertInput, BlockInput, ChangeRequestInput } from '@muster/schemas';
import type { AddressState, OpenAlert } from './address-state.ts';
import { allowListFrom } from './allowed.ts';
import { noMarks } from './marks.ts';
import type { Broken } from './rules.ts';
import type { Settings } from './settings.ts';

export type SecurityTables = { blocks: 'muster.blocks.v1' };
export type AddressTopics =
  | 'muster.alerts.v1'
  | 'muster.blocks.v1'
  | 'muster.change-requests.v1'
  | 'muster.security-events.v1'
  | 'muster.actor-events.v1';
export type AddressContext = HandlerContext<AddressState, Settings, SecurityTables>;

export interface Decided {
  readonly state: AddressState;
  readonly publish: readonly Publication<AddressTopics>[];
}

export interface Finding {
  readonly broken: Broken;
  readonly target: string;
  readonly at: number;
  readonly correlationId: string;
  /** More is at stake than an address that is kept out: people are asked. */
  readonly isCritical: boolean;
}

const hourMs = 3_600_000;
const longest = 4;
/** A block for which a person was asked lasts so long: whoever logged in after guessing is to be gone by then. */
const askedBlockMs = 24 * hourMs;

/** Decides on an address that broke a rule and is not blocked. */
export function decide(state: AddressState, finding: Finding, context: AddressContext): Decided {
  const { key: address, now, config, tables } = context;
  const { broken, at, isCritical } = finding;
  const why = whyNot(address, state, context);
  if (why !== undefined) {
    const severity = isCritical ? 'CRITICAL' : readAddress(address).kind === 'address' ? 'WARNING' : 'INFO';
    return withAlert(
      quiet(state),
      finding,
      { severity, note: `It is not blocked: ${why}.`, endsAt: at + hourMs },
      context,
    );
  }
  if (isCritical || madeLately(tables.blocks.values(), now) >= config.blocksPerHour) {
    if (state.askedUntil > now) return { state, publish: [] };
    return ask(state, finding, context);
  }
  const offence = offencesAt(state, now, config) + 1;
  const lastsMs = Math.min(config.longestBlockMs, config.blockMs * longest ** (offence - 1));
  // What was read late is blocked for what is left of it: nobody is kept out for last year's log.
  const startsAt = Math.min(now, at);
  const endsAt = startsAt + lastsMs;
  const noted = { ...quiet(state), offences: offence, lastOffenceAt: startsAt };
  if (endsAt <= now)
    return withAlert(noted, finding, { severity: 'INFO', note: 'Too long ago to block it.', endsAt: at }, context);
  const block: BlockInput = {
    address,
    status: 'ACTIVE',
    startsAt,
    endsAt,
    reason: broken.reason,
    rule: broken.rule,
    offence,
    target: finding.target,
    decidedBy: 'security',
  };
  const blocked = { ...noted, block: { startsAt: now, endsAt, rule: broken.rule, through: 0, isVerified: false } };
  const note = `Blocked until ${new Date(endsAt).toISOString()}, the ${ordinal(offence)} time.`;
  const told = withAlert(blocked, finding, { severity: 'WARNING', note, endsAt }, context);
  return { ...told, publish: [{ topic: 'muster.blocks.v1', value: block }, ...told.publish] };
}

/** Why an address may not be blocked; the first of two looks at the allow-list, the other is the enforcers'. */
function whyNot(address: string, state: AddressState, { config, tables, now }: AddressContext): string | undefined {
  const record = tables.blocks.get(address);
  const releasedUntil = record?.status === 'RELEASED' ? record.endsAt : 0;
  if (Math.max(state.releasedUntil, releasedUntil) > now) return 'a person let it in';
  return allowListFrom(config)(address);
}

function madeLately(
  blocks: Iterable<{ readonly status: string; readonly startsAt: number; readonly decidedBy: string }>,
  now: number,
): number {
  let made = 0;
  for (const { status, startsAt, decidedBy } of blocks)
    if (status === 'ACTIVE' && decidedBy === 'security' && startsAt > now - hourMs) made += 1;
  return made;
}

const offencesAt = (state: AddressState, now: number, { forgetOffencesAfterMs }: Settings): number =>
  state.lastOffenceAt < now - forgetOffencesAfterMs ? 0 : state.offences;

/** What led to a decision is not to lead to another. */
const quiet = (state: AddressState): AddressState => ({ ...state, marks: noMarks, score: 0 });

function ask(state: AddressState, finding: Finding, context: AddressContext): Decided {
  const { key: address, now, newId } = context;
  const { broken, target, isCritical } = finding;
  const request: ChangeRequestInput = {
    changeId: newId(),
    title: `Block ${address}`,
    reason: isCritical
      ? `A login succeeded after guessing: ${broken.reason}`
      : `The hour's blocks are used up. ${broken.reason}`,
    target,
    changeClass: 'block-address',
    capability: 'security.block-address',
    input: JSON.stringify({ address, forMs: askedBlockMs, reason: broken.reason }),
    undo: {
      capability: 'security.release-address',
      input: JSON.stringify({ address, reason: 'The change was taken back.' }),
    },
    requestedBy: 'security',
    attributes: { rule: broken.rule },
  };
  const asked = { ...quiet(state), askedUntil: now + hourMs };
  const severity = isCritical ? 'CRITICAL' : 'WARNING';
  const told = withAlert(
    asked,
    finding,
    { severity, note: 'People are asked whether to block it.', endsAt: now + hourMs },
    context,
  );
  return { ...told, publish: [{ topic: 'muster.change-requests.v1', value: request }, ...told.publish] };
}

interface Telling {
  readonly severity: OpenAlert['severity'];
  readonly note: string;
  readonly endsAt: number;
}

function withAlert(
  state: AddressState,
  finding: Finding,
  { severity, note, endsAt }: Telling,
  context: AddressContext,
): Decided {
  const { key: address, now } = context;
  const { broken, target, at } = finding;
  const open: OpenAlert = {
    startsAt: state.alert?.startsAt ?? Math.min(at, now),
    endsAt: Math.max(endsAt, state.alert?.endsAt ?? 0),
    severity,
    target,
    title: `${address} attacks ${target}: ${broken.rule}`,
    correlationId: state.alert?.correlationId ?? finding.correlationId,
  };
  const value: AlertInput = {
    ...alertOf(address, open),
    status: 'FIRING',
    description: `${broken.reason} ${note}`,
    score: broken.observed / broken.limit,
    evidence: [
      { detector: 'rule', series: address, reason: broken.reason, observed: broken.observed, upper: broken.limit },
    ],
    labels: { address, rule: broken.rule },
  };
  // What is over when it is told is a moment, and needs no end of its own.
  if (endsAt <= now)
    return {
      state,
      publish: [{ topic: 'muster.alerts.v1', value: { ...value, endsAt: Math.max(open.startsAt, at) } }],
    };
  return {
    state: { ...state, alert: open },
    publish: [{ topic: 'muster.alerts.v1', value, correlationId: open.correlationId }],
  };
}

/** What all messages about the alert of an address have in common. */
export function alertOf(address: string, { target, title, severity, startsAt }: OpenAlert) {
  return {
    fingerprint: `security/address/${address}`,
    severity,
    target,
    category: 'SECURITY',
    title,
    startsAt,
    labels: { address },
  } as const;
}

function ordinal(count: number): string {
  return count === 1 ? 'first' : count === 2 ? 'second' : count === 3 ? 'third' : `${count}th`;
}
