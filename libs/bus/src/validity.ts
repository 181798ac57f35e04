/**
 * The rules no message may break, whatever its schema says. They hold on both sides: a message that breaks one is not
 * published, and where a foreign producer publishes one it is not handed on.
 */
import { isUtf8 } from 'node:buffer';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const MAX_KEY_BYTES = 1024;
export const MAX_TEXT_BYTES = 64 * 1024;
export const MAX_MAP_ENTRIES = 64;
const MAX_AHEAD_MS = HOUR_MS;
const MAX_BEHIND_MS = 7 * DAY_MS;

/** The clock a message's own times are held against. */
export interface ReferenceClock {
  /** Epoch ms. */
  readonly time: number;
  /** As in "ahead of the log's clock". */
  readonly name: string;
}

/** What is wrong with a time (epoch ms) at which a message says it was made or observed; undefined: nothing. */
export function timeFault(time: number, clock: ReferenceClock): string | undefined {
  const aheadMs = time - clock.time;
  if (aheadMs <= MAX_AHEAD_MS && -aheadMs <= MAX_BEHIND_MS) return undefined;
  const [how, limit] = aheadMs > 0 ? ['ahead of', '1 hour'] : ['behind', '7 days'];
  const hint = "check the producer's clock or time unit (milliseconds expected)";
  return `is ${inWords(Math.abs(aheadMs))} ${how} ${clock.name} (limit ${limit}); ${hint}`;
}

/** What is wrong with a key; undefined: nothing. */
export function keyFault(key: Uint8Array | null): string | undefined {
  if (key === null || key.length === 0)
    return 'the message has no key; every message needs one, it decides the partition';
  if (key.length > MAX_KEY_BYTES) return `the key has ${key.length} bytes (limit ${MAX_KEY_BYTES})`;
  return isUtf8(key) ? undefined : 'the key is not UTF-8 text';
}

function inWords(ms: number): string {
  if (ms >= 2 * DAY_MS) return `${Math.floor(ms / DAY_MS)} days`;
  if (ms >= 2 * HOUR_MS) return `${Math.floor(ms / HOUR_MS)} hours`;
  return `${Math.floor(ms / 60_000)} minutes`;
}
