/** Whether a dead letter can be sent again, and what is sent. */
import type { Bus, DeadLetter, LogRecord, NewRecord } from '@muster/bus';
import { recordAt } from '../record-at.ts';

export type Redrivable =
  | { readonly kind: 'ready'; readonly record: NewRecord }
  /** No reader could make anything of it: it would be set aside again. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Its value was too large to be set aside, and is gone from where it was. */
  | { readonly kind: 'gone'; readonly reason: string };

/** Set by the agent when a value does not fit beside its reason. */
const VALUE_LEFT_OUT = 'muster_dlt-value';

/** Key, value bytes and headers as they were. `now`: when the log would take it in, epoch ms. */
export async function redrivable(bus: Bus, letter: DeadLetter, now: number): Promise<Redrivable> {
  const { topic, partition, offset } = letter;
  const original = await originalOf(bus, letter);
  if (original === undefined)
    return {
      kind: 'gone',
      reason: `its value was too large to be set aside and is no longer at ${topic}/${partition}/${offset}`,
    };
  const { key, value, headers } = original;
  const decoded = await bus.decode({ topic, partition, offset, timestamp: now, key, value, headers });
  if (decoded.kind === 'invalid') return { kind: 'refused', reason: decoded.reason };
  return { kind: 'ready', record: { topic, key, value, headers, ...(key === null && { partition }) } };
}

/** The record as it was, its value fetched from where it was when it was left out; undefined when it is gone. */
export async function originalOf(
  bus: Bus,
  letter: DeadLetter,
): Promise<Pick<LogRecord, 'key' | 'value' | 'headers'> | undefined> {
  const { topic, partition, offset } = letter;
  const { [VALUE_LEFT_OUT]: leftOut, ...headers } = letter.original.headers;
  const { key, value } = letter.original;
  if (value !== null || leftOut === undefined) return { key, value, headers };
  const record = await recordAt(bus, topic, partition, offset);
  return record?.offset === offset ? record : undefined;
}
