/** Holds what the agent finds against the answers that come with the data. */
import { canonicalAddress } from '@muster/containment';
import { logReader, type Sighting } from '@muster/ingest';
import { evidenceOf, isAbuse, valueSigns } from '@muster/security';
import type { SecurityEvent } from '@muster/schemas';
import type { LabelledLog, LabelledPayload } from './security-data.ts';
import { plainLine } from './security-baseline.ts';
import { securityRun, type SecurityRun } from './security-run.ts';

export interface Answers {
  readonly seen: number;
  readonly missed: number;
  readonly falseAlarms: number;
  /** Rightly left alone. */
  readonly left: number;
  /** Lines or values that were judged wrongly, some of them. */
  readonly wrong: readonly string[];
}

const none: Answers = { seen: 0, missed: 0, falseAlarms: 0, left: 0, wrong: [] };
const mostWrong = 200;

export const precision = ({ seen, falseAlarms }: Answers): number => seen / (seen + falseAlarms);
export const recall = ({ seen, missed }: Answers): number => seen / (seen + missed);

export function sum(all: readonly Answers[]): Answers {
  return all.reduce(
    (a, b) => ({
      seen: a.seen + b.seen,
      missed: a.missed + b.missed,
      falseAlarms: a.falseAlarms + b.falseAlarms,
      left: a.left + b.left,
      wrong: [...a.wrong, ...b.wrong],
    }),
    none,
  );
}

function judged(answers: Answers, isTrue: boolean, isSeen: boolean, what: string): Answers {
  const key = isTrue ? (isSeen ? 'seen' : 'missed') : isSeen ? 'falseAlarms' : 'left';
  const wrong =
    isTrue === isSeen || answers.wrong.length >= mostWrong ? answers.wrong : [...answers.wrong, `${key}: ${what}`];
  return { ...answers, [key]: answers[key] + 1, wrong };
}

/** Line by line: is an abuse seen as one by itself, and of the right host? */
export function answersOf({ service, lines }: LabelledLog): Answers {
  const read = logReader('any');
  return lines.reduce((answers, { line, isAbuse: isTrue, host }) => {
    const reading = read(line, { now: Date.now(), target: service });
    const abuses = reading.kind === 'sightings' ? reading.sightings.filter(isAbusive) : [];
    const isSeen = abuses.some(({ address }) => host === undefined || address === canonicalAddress(host));
    return judged(answers, isTrue, isTrue ? isSeen : abuses.length > 0, `${service}: ${line}`);
  }, none);
}

/** The same by words alone. */
export function plainAnswersOf({ service, lines }: LabelledLog): Answers {
  return lines.reduce((answers, { line, isAbuse: isTrue, host }) => {
    const address = plainLine(line);
    const isSeen = address !== undefined && (!isTrue || host === undefined || address === canonicalAddress(host));
    return judged(answers, isTrue, isSeen, `${service}: ${line}`);
  }, none);
}

function isAbusive(sighting: Sighting): boolean {
  return isAbuse(
    evidenceOf({
      outcome: 'UNKNOWN',
      actor: '',
      action: '',
      signs: [],
      count: 1,
      attributes: {},
      ...sighting,
    } as SecurityEvent),
  );
}

/** By kind of attack. */
export function payloadAnswers(
  payloads: readonly LabelledPayload[],
  isAttack = (value: string): boolean => valueSigns(value).length > 0,
): ReadonlyMap<string, Answers> {
  const byKind = new Map<string, Answers>();
  for (const { payload, attack } of payloads) {
    const isSeen = isAttack(payload);
    byKind.set(attack, judged(byKind.get(attack) ?? none, attack !== 'norm', isSeen, `${attack}: ${payload}`));
  }
  return byKind;
}

/** What one address sends, an event every so often. */
export interface Attack {
  readonly kind: string;
  readonly events: readonly Sighting[];
  readonly everyMs: number;
  readonly isBenign?: boolean;
}

/** An address that attacks, and how the agent answered. */
export interface Siege {
  readonly kind: string;
  readonly address: string;
  readonly blockedAfterMs: number | null;
  readonly blockedAfterEvents: number | null;
}

export interface SiegeResult {
  readonly sieges: readonly Siege[];
  readonly wronglyBlocked: readonly string[];
  readonly visitors: number;
  /** How each wrongly blocked address came to be. */
  readonly blocks: Judge['blocks'];
}

/** Whoever hears events and blocks addresses. */
type Judge = Pick<SecurityRun, 'hear' | 'isBlocked'> & {
  readonly blocks: readonly { readonly address: string; readonly rule: string }[];
};

/**
 * Attackers among real visitors: each address from a range for documentation sends labelled attacks, one every so often, while the visitors' log goes on.
 * Benign values are sent by addresses of their own, so that those can be blocked wrongly, too.
 */
export function besiege(
  visitors: readonly Sighting[],
  attacks: readonly Attack[],
  run: Judge = securityRun(),
): SiegeResult {
  const startsAt = visitors[0]?.at ?? Date.UTC(2026, 0, 1);
  const endsAt = visitors.reduce((latest, { at }) => Math.max(latest, at), startsAt);
  const told = new Map<
    string,
    {
      readonly kind: string;
      readonly isBenign: boolean;
      readonly beganAt: number;
      events: number;
      blockedAt: number | null;
    }
  >();
  const all: Sighting[] = [...visitors];
  attacks.forEach(({ kind, events, everyMs, isBenign = false }, index) => {
    const address = isBenign ? `198.51.100.${index % 250}` : `203.0.113.${index % 250}`;
    const beganAt = startsAt + ((index * 7_919_000) % Math.max(1, endsAt - startsAt - events.length * everyMs));
    told.set(address, { kind, isBenign, beganAt, events: 0, blockedAt: null });
    events.forEach((event, nth) => all.push({ ...event, address, at: beganAt + nth * everyMs }));
  });
  for (const event of all.toSorted((a, b) => a.at - b.at)) {
    const attacker = told.get(event.address);
    if (attacker !== undefined && attacker.blockedAt === null) attacker.events += 1;
    run.hear(event);
    if (attacker?.blockedAt === null && run.isBlocked(event.address, event.at)) attacker.blockedAt = event.at;
  }
  const sieges = [...told]
    .filter(([, { isBenign }]) => !isBenign)
    .map(([address, { kind, beganAt, events, blockedAt }]) => ({
      kind,
      address,
      blockedAfterMs: blockedAt === null ? null : blockedAt - beganAt,
      blockedAfterEvents: blockedAt === null ? null : events,
    }));
  const attackers = new Set(sieges.map(({ address }) => address));
  const wronglyBlocked = [...new Set(run.blocks.map(({ address }) => address))].filter(
    (address) => !attackers.has(address),
  );
  return { sieges, wronglyBlocked, visitors: new Set(visitors.map(({ address }) => address)).size, blocks: run.blocks };
}
