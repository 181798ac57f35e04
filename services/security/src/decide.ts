/** What follows from a broken rule: a block that is claimed, a question to people, or an alert alone. */
import type { HandlerContext, Publication } from '@muster/agent';
import { readAddress } from '@muster/containment';
import type { AlertInput, BlockClaimInput } from '@muster/schemas';
import type { AddressState, OpenAlert } from './address-state.ts';
import { whyAllowed } from './allowed.ts';
import { blockRequest } from './block-request.ts';
import { noMarks } from './marks.ts';
import type { Broken } from './rules.ts';
import type { Settings } from './settings.ts';

export type SecurityTables = { blocks: 'muster.blocks.v1'; limits: 'muster.target-limits.v1' };
export type AddressTopics =
  | 'muster.address-days.v1'
  | 'muster.alerts.v1'
  | 'muster.block-claims.v1'
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
const timesLonger = 4;

/** Decides on an address that broke a rule and is not blocked. */
export function decide(state: AddressState, finding: Finding, context: AddressContext): Decided {
  const { key: address, now, config, tables } = context;
  const { broken, at, isCritical } = finding;
  const why = (state.release?.endsAt ?? 0) > now ? letIn : whyNotBlocked(address, now, config, tables);
  if (why !== undefined) {
    const severity = isCritical ? 'CRITICAL' : readAddress(address).kind === 'address' ? 'WARNING' : 'INFO';
    const note = `It is not blocked: ${why}.`;
    const told = withAlert(quiet(state), finding, { severity, note, endsAt: at + hourMs }, context);
    // Nothing stops it, so it breaks the same rule again and again: that is known, and only lasts longer.
    const isKnown = state.alert?.title === told.state.alert?.title && state.alert?.severity === severity;
    return isKnown ? { ...told, publish: [] } : told;
  }
  if (state.askedUntil > now) return { state, publish: [] };
  if (isCritical) return ask(state, finding, context);
  const offence = offencesAt(state, now, config) + 1;
  const lastsMs = Math.min(config.longestBlockMs, config.blockMs * timesLonger ** (offence - 1));
  // What was read late is blocked for what is left of it: nobody is kept out for last year's log.
  const startsAt = Math.min(now, at);
  const endsAt = startsAt + lastsMs;
  const noted = { ...quiet(state), offences: offence, lastOffenceAt: startsAt };
  if (endsAt <= now)
    return withAlert(noted, finding, { severity: 'INFO', note: 'Too long ago to block it.', endsAt: at }, context);
  const { rule, reason } = broken;
  const claim: BlockClaimInput = {
    ledger: 'blocks',
    address,
    startsAt,
    endsAt,
    reason,
    rule,
    offence,
    target: finding.target,
  };
  const note = `To be kept out until ${new Date(endsAt).toISOString()}, the ${ordinal(offence)} time.`;
  const claimed = { ...noted, askedUntil: now + hourMs };
  const told = withAlert(claimed, finding, { severity: 'WARNING', note, endsAt }, context);
  return { ...told, publish: [{ topic: 'muster.block-claims.v1', value: claim }, ...told.publish] };
}

const letIn = 'a person let it in';

/**
 * Why an address may not be blocked; looked at by whoever claims a block, by the ledger and, with a list of their own, by enforcers. A release that is newer than
 * what is decided is left to the address, which says it again: else a ledger that is rebuilt would forget what it granted before.
 */
export function whyNotBlocked(
  address: string,
  now: number,
  config: Settings,
  tables: AddressContext['tables'],
): string | undefined {
  const record = tables.blocks.get(address);
  if (record?.status === 'RELEASED' && record.startsAt <= now && record.endsAt > now) return letIn;
  return whyAllowed(address, config);
}

const offencesAt = (state: AddressState, now: number, { forgetOffencesAfterMs }: Settings): number =>
  state.lastOffenceAt < now - forgetOffencesAfterMs ? 0 : state.offences;

/** What led to a decision is not to lead to another. */
export const quiet = (state: AddressState): AddressState => ({ ...state, marks: noMarks, score: 0 });

function ask(state: AddressState, finding: Finding, context: AddressContext): Decided {
  const { key: address, now, newId } = context;
  const { rule, reason } = finding.broken;
  const why = 'A login succeeded after guessing:';
  const value = blockRequest({ changeId: newId(), address, target: finding.target, rule, reason, why });
  const asked = { ...quiet(state), askedUntil: now + hourMs };
  const note = 'People are asked whether to block it.';
  const told = withAlert(asked, finding, { severity: 'CRITICAL', note, endsAt: now + hourMs }, context);
  return { ...told, publish: [{ topic: 'muster.change-requests.v1', value }, ...told.publish] };
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
