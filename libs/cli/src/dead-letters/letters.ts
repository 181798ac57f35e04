/** The dead letters of a mesh. */
import { readDeadLetter } from '@muster/bus';
import type { Bus, DeadLetter } from '@muster/bus';
import type { TopicName } from '@muster/schemas';
import { readInOrder } from '../replay/read-in-order.ts';

/** Which of them. */
export interface Selection {
  /** The agent that set them aside. */
  readonly agent: string | undefined;
  /** Where they were before. */
  readonly topic: string | undefined;
  readonly place: { readonly partition: number; readonly offset: number } | undefined;
  /** Set aside since then, epoch ms. */
  readonly from: number;
}

const groupOf = (agent: string): string => `muster.${agent}`;
export const agentOf = ({ group }: DeadLetter): string => group.replace(/^muster\./, '');

/** Gives every letter that was there at the start, the oldest first; waited for. */
export async function readLetters(
  bus: Bus,
  { agent, topic, place, from }: Selection,
  signal: AbortSignal,
  take: (letter: DeadLetter) => Promise<void>,
): Promise<void> {
  const names = (await bus.log.admin.topics()).map((each) => each.topic).filter((name) => name.endsWith('.dlt'));
  const stretches = [];
  for (const name of names) {
    if (topic !== undefined && !name.startsWith(`${topic}.`)) continue;
    if (agent !== undefined && !name.endsWith(`.${groupOf(agent)}.dlt`)) continue;
    const bounds = await bus.log.admin.offsets(name);
    const ends = new Map(bounds.map(({ partition, beginning, end }) => [partition, end > beginning ? end : 0]));
    stretches.push({ topic: name as TopicName, from: { at: 'beginning' as const }, ends });
  }
  await readInOrder(bus, {
    stretches,
    signal,
    take(_, record) {
      const letter = readDeadLetter(record);
      if (letter === undefined || letter.at < from) return undefined;
      if (agent !== undefined && letter.group !== groupOf(agent)) return undefined;
      if (topic !== undefined && letter.topic !== topic) return undefined;
      const isThere = place === undefined || (place.partition === letter.partition && place.offset === letter.offset);
      return isThere ? take(letter) : undefined;
    },
  });
  signal.throwIfAborted();
}
