/** From a record of the log to the user's callback: decode, drop repeats, call, try again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus, LogRecord, Message } from '@muster/bus';
import { delayAfter, messageOf } from '@muster/resilience';
import type { Backoff } from '@muster/resilience';
import type { TopicName, TopicRecords } from '@muster/schemas';
import type { Callback, ConsumeOptions, Removal } from './consuming.ts';
import type { SeenIds } from './seen-ids.ts';
import { warn } from './warning.ts';

export interface CallbackOptions<T extends TopicName> {
  readonly bus: Bus;
  readonly callback: Callback<T>;
  readonly backoff: Backoff;
  readonly onError: NonNullable<ConsumeOptions<T>['onError']>;
  readonly onInvalid: NonNullable<ConsumeOptions<T>['onInvalid']>;
  readonly onRemoval: ConsumeOptions<T>['onRemoval'];
  readonly seen: (record: LogRecord) => SeenIds;
  /** `onError` said stop, or failed itself. */
  readonly stop: (error: unknown) => void;
}

/** Schemas that can't be fetched are asked for again, for as long as it takes. */
const SCHEMA_BACKOFF: Backoff = { initialMs: 500, factor: 2, maxMs: 15_000 };

/** Makes a function that deals with one record; it resolves to `false` when the record was given up, and never rejects. */
export function callbackRunner<T extends TopicName>(options: CallbackOptions<T>) {
  return async (record: LogRecord, signal: AbortSignal): Promise<boolean> => {
    try {
      return await deal(record, signal, options);
    } catch (error) {
      options.stop(error);
      return false;
    }
  };
}

async function deal<T extends TopicName>(
  record: LogRecord,
  signal: AbortSignal,
  options: CallbackOptions<T>,
): Promise<boolean> {
  const { callback, onInvalid, onRemoval, seen } = options;
  const decoded = await decode(options.bus, record, signal);
  if (decoded === undefined) return false;
  if (decoded.kind === 'invalid') {
    onInvalid(decoded.reason, record);
    return true;
  }
  if (decoded.kind === 'tombstone') {
    const { topic, key } = decoded;
    const removal: Removal = { topic, key, timestamp: record.timestamp };
    return onRemoval === undefined || attempt(() => onRemoval(key, removal), removal, signal, options);
  }
  const message = decoded.message as Message<T>;
  // An id is unique within its source only.
  const id = `${message.value.envelope.source}\n${message.id}`;
  const ids = seen(record);
  if (ids.has(id)) return true;
  if (!(await attempt(() => callback(message.value as TopicRecords[T], message), message, signal, options)))
    return false;
  ids.add(id);
  return true;
}

async function decode(bus: Bus, record: LogRecord, signal: AbortSignal) {
  for (let tries = 1; !signal.aborted; tries += 1) {
    try {
      return await bus.decode(record);
    } catch (error) {
      if (tries === 1) warn(`${record.topic} waits: ${messageOf(error)}`);
      await pause(delayAfter(SCHEMA_BACKOFF, tries), signal);
    }
  }
  return undefined;
}

/** Throws when `onError` says stop. */
async function attempt<T extends TopicName>(
  run: () => unknown,
  message: Message<T> | Removal,
  signal: AbortSignal,
  { backoff, onError }: Pick<CallbackOptions<T>, 'backoff' | 'onError'>,
): Promise<boolean> {
  for (let attempts = 1; !signal.aborted; attempts += 1) {
    try {
      await run();
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      const delayMs = delayAfter(backoff, attempts);
      const verdict = delayMs === undefined ? onError(error, message, attempts) : 'retry';
      if (verdict === 'stop') throw error;
      if (verdict === 'skip') return true;
      await pause(delayMs ?? backoff.maxMs, signal);
    }
  }
  return false;
}

/** Waits, or ends early without an error. */
async function pause(ms = 0, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
