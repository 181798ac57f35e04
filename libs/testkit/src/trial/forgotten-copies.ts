import type { Message } from '@muster/bus';
import type { Trial } from './trial.ts';

/** The foreman remembers 32 ids of each of its two topics. */
const remembered = 64;

/**
 * Keys of which a copy came when the consumer had met more others since than it remembers. Only a loss of the store makes an agent say again
 * what it said so long ago.
 */
export function keysForgotten({ isStoreLossy }: Trial, messages: readonly Message[]): ReadonlySet<string> {
  const forgotten = new Set<string>();
  if (!isStoreLossy) return forgotten;
  for (const [key, all] of Map.groupBy(messages, (message) => message.key)) {
    const recent: string[] = [];
    const met = new Set<string>();
    for (const { id } of all.toSorted((a, b) => a.timestamp - b.timestamp)) {
      if (recent.includes(id)) continue;
      if (met.has(id)) forgotten.add(key);
      met.add(id);
      recent.push(id);
      if (recent.length > remembered) recent.shift();
    }
  }
  return forgotten;
}
