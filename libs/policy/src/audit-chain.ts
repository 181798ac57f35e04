import type { AuditRecord, AuditRecordInput } from '@muster/schemas';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';

/** What an agent has to say of one thing done; its place in the chain and the hashes are added to it. */
export interface AuditEntry {
  /** What the chain is about, beginning with the agent that writes it, e.g. 'approval/chg-7'. */
  readonly subject: string;
  readonly actor: string;
  readonly action: string;
  readonly target?: string;
  readonly authority?: string;
  /** Id of the message that tells of it. */
  readonly about?: string;
  /** What JSON can hold; what it can't is left out. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Epoch ms. */
  readonly at: number;
}

/** The end of a chain: all that has to be remembered to go on with it. */
export interface AuditChainEnd {
  readonly sequence: number;
  readonly hash: string;
}

type WaitingRecord = Omit<AuditRecord, 'envelope'>;

/** What is wrong with a chain, and at which of its records. */
export interface AuditProblem {
  readonly subject: string;
  readonly sequence: number;
  /** Which of the records that were given it is, from 0. */
  readonly at: number;
  readonly problem: string;
}

/**
 * The record that follows `previous` (null: the first of its chain). Depends on nothing but its arguments. The record
 * itself serves as the `previous` of the next one, and so does what was remembered of it.
 */
export function nextAuditRecord(previous: AuditChainEnd | null, entry: AuditEntry): AuditRecordInput {
  return chainedRecord(previous, waitingRecord(entry));
}

/** A record that has no place in its chain yet: sequence 0 and no hash. Who keeps the chain gives it one, in the order of the log. */
export function waitingRecord(entry: AuditEntry): WaitingRecord {
  return {
    subject: entry.subject.toWellFormed(),
    sequence: 0,
    actor: entry.actor.toWellFormed(),
    action: entry.action.toWellFormed(),
    target: (entry.target ?? '').toWellFormed(),
    authority: (entry.authority ?? '').toWellFormed(),
    about: (entry.about ?? '').toWellFormed(),
    facts: canonicalText(entry.facts ?? {}),
    happenedAt: entry.at,
    previousHash: '',
    hash: '',
  };
}

export const isWaiting = ({ sequence }: Pick<AuditRecord, 'sequence'>): boolean => sequence === 0;

/** A record that waited, at its place after `previous` (null: the first). Depends on nothing but its arguments. */
export function chainedRecord(previous: AuditChainEnd | null, waiting: WaitingRecord): AuditRecordInput {
  const { subject, actor, action, target, authority, about, facts, happenedAt } = waiting;
  const what = { subject, actor, action, target, authority, about, facts, happenedAt };
  const content = { ...what, sequence: (previous?.sequence ?? 0) + 1, previousHash: previous?.hash ?? '' };
  return { ...content, hash: hashOf(content) };
}

/**
 * Looks through one chain, in the order it was written, for what does not fit: a record that was changed, is missing,
 * stands elsewhere than it was written or comes twice. Empty: all is well. What was cut off at the end leaves no trace
 * in the chain itself, and who can write all of it anew can make it fit.
 */
export function verifyChain(records: readonly AuditRecord[]): AuditProblem[] {
  const problems: AuditProblem[] = [];
  const subject = records[0]?.subject ?? '';
  const written = new Map<number, string>();
  let previous: AuditChainEnd = { sequence: 0, hash: '' };
  for (const [at, record] of records.entries()) {
    const { sequence } = record;
    const expected = previous.sequence + 1;
    const tell = (problem: string): number => problems.push({ subject: record.subject, sequence, at, problem });
    if (record.subject !== subject) tell(`is a record of '${record.subject}' in the chain of '${subject}'`);
    if (hashOf(record) !== record.hash) tell('was changed after it was written: its hash is not that of its content');
    if (sequence > expected) tell(`follows ${previous.sequence}: ${missing(expected, sequence - 1)}`);
    else if (sequence < expected) {
      const isOther = (written.get(sequence) ?? record.hash) !== record.hash;
      tell(
        isOther
          ? `follows ${previous.sequence}: the chain parts here, for there is another record ${sequence} before it`
          : `follows ${previous.sequence}: it comes twice or stands in the wrong place`,
      );
    } else if (record.previousHash !== previous.hash) tell('does not hold the hash of the record before');
    if (!written.has(sequence)) written.set(sequence, record.hash);
    previous = record;
  }
  return problems;
}

/** As docs/audit.md and the field `hash` of the schema define it. */
function hashOf(record: Omit<AuditRecord, 'envelope' | 'hash'>): string {
  const { subject, sequence, actor, action, target, authority, about, facts, happenedAt, previousHash } = record;
  const covered = { subject, sequence, actor, action, target, authority, about, facts, happenedAt, previousHash };
  return bytesToHex(sha256(utf8ToBytes(canonicalText(covered))));
}

/** Through JSON first: what UTF-8 would replace on the wire must not be in the hash, and a number JSON lacks is null. */
function canonicalText(value: object): string {
  const plain: unknown = JSON.parse(JSON.stringify(value), (_, part: unknown) =>
    typeof part === 'string' ? part.toWellFormed() : part,
  );
  return canonicalize(plain) ?? '{}';
}

function missing(from: number, to: number): string {
  return from === to ? `${from} is missing` : `${from} to ${to} are missing`;
}
