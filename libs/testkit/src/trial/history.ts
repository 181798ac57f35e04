import type { Message } from '@muster/bus';
import { link, readTelling, type Telling } from './telling.ts';

/** One input taken in, as the agent told of it. */
export interface Step extends Telling {
  /** Of the message that tells it. */
  readonly id: string;
  /** When the log took in its first copy, epoch ms. */
  readonly timestamp: number;
  /** What the chain must be, if it goes on from this one. */
  linkAfter(chain: string): string;
}

/** In the order in which the steps were published; second copies left out. */
export type History = readonly Step[];

/** key -> what an agent told of it. */
export function historyOf<M extends Message>(
  messages: readonly M[],
  text: (message: M) => string,
): ReadonlyMap<string, History> {
  const histories = new Map<string, Step[]>();
  const seen = new Set<string>();
  for (const message of messages) {
    const telling = readTelling(text(message));
    if (telling === undefined || seen.has(message.id)) continue;
    seen.add(message.id);
    const steps = histories.get(message.key) ?? [];
    if (steps.length === 0) histories.set(message.key, steps);
    const { of, by } = telling;
    steps.push({ ...telling, id: message.id, timestamp: message.timestamp, linkAfter: (chain) => link(chain, of, by) });
  }
  return histories;
}
