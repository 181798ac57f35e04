/** What a client has to do for appends: send one request to one broker, and tell what became of each partition's records. */
import type { RefusalCode, TopicPartition } from '../log.ts';
import type { OutgoingRecord } from './outgoing-record.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

export type Outcome =
  | { readonly kind: 'stored' }
  /** The broker will never take these records together, maybe not one of them. */
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly reason: string }
  /** Nothing is known, or the broker asks to try again. */
  | { readonly kind: 'open'; readonly reason: string };

export interface RequestPart extends TopicPartition {
  readonly records: readonly OutgoingRecord[];
}

export interface RequestSender {
  /** Acks from all replicas, tried once, answered in bounded time. Never rejects. */
  send(leader: number, parts: readonly RequestPart[]): Promise<(partition: TopicPartition) => Outcome>;
  close(deadlineMs: number): Promise<void>;
}

/** Kafka's codes: too large (10, 18), invalid topic, unauthorized, timestamp, format, policy, compression, invalid record. */
const REFUSALS = new Set([10, 17, 18, 29, 31, 32, 42, 43, 44, 76, 87]);
const TOO_LARGE = new Set([10, 18]);
/** Of encoding: the record itself can't be sent. */
const MISTAKES = new Set(['TypeError', 'RangeError', 'ReferenceError']);

/** What Kafka's error code for a partition means; 0 is none. */
export function outcomeOfCode(code: number, reason: string): Outcome {
  if (code === 0) return { kind: 'stored' };
  if (!REFUSALS.has(code)) return { kind: 'open', reason };
  return { kind: 'refused', code: TOO_LARGE.has(code) ? 'too-large' : 'invalid', reason };
}

/** What it means when a request failed as a whole. */
export const outcomeOfFault = ({ name, message }: Error): Outcome =>
  MISTAKES.has(name) ? { kind: 'refused', code: 'invalid', reason: message } : { kind: 'open', reason: message };
