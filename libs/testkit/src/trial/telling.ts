/**
 * What a subject agent says about each input it took in: which one, as the how-manieth of its key, and a hash over all before it. Two histories
 * of one key, wherever they part, show in that.
 */
import { hash } from 'node:crypto';

export interface Telling {
  /** How many inputs of the key were taken in, this one included. */
  readonly n: number;
  /** Over the whole history of the key. */
  readonly chain: string;
  /** The input: a message's id, or what a timer was for. */
  readonly of: string;
  readonly by: 'message' | 'timer';
  /** When a timer was due, epoch ms. */
  readonly dueAt?: number;
}

/** How far a key's history has come. */
export interface Chained {
  readonly n: number;
  readonly chain: string;
}

/** The history with one more input, and what is to be told about it. */
export function told<S extends Chained>(
  before: S,
  of: string,
  by: Telling['by'],
  dueAt?: number,
): { readonly after: S; readonly telling: string } {
  const n = before.n + 1;
  const chain = link(before.chain, of, by);
  const telling: Telling = { n, chain, of, by, ...(dueAt !== undefined && { dueAt }) };
  return { after: { ...before, n, chain }, telling: JSON.stringify(telling) };
}

export function link(chain: string, of: string, by: Telling['by']): string {
  return hash('sha1', `${chain}\n${of}\n${by}`, 'hex').slice(0, 12);
}

/** Undefined for a text that no subject agent wrote. */
export function readTelling(text: string): Telling | undefined {
  return text.startsWith('{"n":') ? (JSON.parse(text) as Telling) : undefined;
}
