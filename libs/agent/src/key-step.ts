/**
 * The laws by which a key goes from one state to the next: the same for an agent at work and for a rehearsal, so that both come to the same
 * states and the same ids.
 */
import type { Message } from '@muster/bus';
import { seenIds } from '@muster/state';
import { deriveId } from './derived-id.ts';
import type { KeyEntry } from './lane.ts';
import type { Outcome } from './outcome.ts';

/** The id of a wake-up, from the time it was asked for: whoever wakes the key, and whenever, its messages have the same ids. */
export function wakeIdOf(hearer: string, key: string, wakeAt: number): string {
  return deriveId('wake', hearer, key, wakeAt);
}

/** The n-th id (from 1) that a handler asks for while it handles an input. */
export function newIdOf(inputId: string, agent: string, hearer: string, n: number): string {
  return deriveId(inputId, agent, hearer, 'new', n);
}

/** Handled before: at this place of the log, or as another copy with the same id. */
export function isRepeated({ applied, seen }: KeyEntry, { topic, offset, id }: Message): boolean {
  return offset < (applied[topic] ?? 0) || seenIds.has(seen, id);
}

/**
 * The message was dealt with: it is known from now on. One that became a dead letter is known by its place alone, for it may be sent again,
 * with the same id, when what was wrong with it or with the handler is mended. A second copy is known already, and must not push out another.
 */
export function noteMessage(
  entry: KeyEntry,
  { topic, offset, id }: Message,
  capacity: number,
  how: 'handled' | 'repeated' | 'dead letter',
): void {
  if (offset < (entry.applied[topic] ?? 0)) return;
  entry.applied[topic] = offset + 1;
  if (how === 'handled') entry.seen = seenIds.add(entry.seen, id, capacity);
}

/** What a handler's outcome does to its key. `wokenAt`: the time for which it was woken, where the input was a wake-up, whose wish is spent. */
export function applyOutcome(entry: KeyEntry, outcome: Outcome, wokenAt?: number): void {
  if (wokenAt !== undefined) entry.wakeAt = null;
  if (outcome.kind !== 'handled') return;
  const { state, wakeAt } = outcome;
  if (state !== undefined) entry.state = state ?? undefined;
  if (wakeAt === undefined) return;
  // The log counts whole ms, and so do those who are woken. Asked to be woken at once, a key would be woken for ever.
  entry.wakeAt = wakeAt === null ? null : Math.ceil(Math.max(wakeAt, wokenAt === undefined ? wakeAt : wokenAt + 1));
}

export function freshEntry(): KeyEntry {
  return { state: undefined, applied: {}, seen: seenIds.empty, wakeAt: null };
}
