/** What is in a topic now. */
import type { Bus, Message, StartAt } from '@muster/bus';
import type { TopicName, TopicRecords } from '@muster/schemas';
import { tailTopic } from './tail.ts';

const HISTORY_WITHIN_MS = 15_000;

/** Its messages, oldest first. */
export async function history<T extends TopicName>(bus: Bus, topic: T, from: StartAt): Promise<Message<T>[]> {
  const messages: Message<T>[] = [];
  await readHistory(bus, topic, from, (message) => messages.push(message));
  return messages;
}

/** The newest record of each key of a compacted topic; keys that were taken away are not in it. */
export async function newestRecords<T extends TopicName>(bus: Bus, topic: T): Promise<Map<string, TopicRecords[T]>> {
  const newest = new Map<string, TopicRecords[T]>();
  await readHistory(
    bus,
    topic,
    { at: 'beginning' },
    ({ key, value }) => newest.set(key, value as TopicRecords[T]),
    (key) => newest.delete(key),
  );
  return newest;
}

async function readHistory<T extends TopicName>(
  bus: Bus,
  topic: T,
  from: StartAt,
  take: (message: Message<T>) => void,
  removed: (key: string) => void = () => undefined,
): Promise<void> {
  const enough = new AbortController();
  await tailTopic(bus, {
    topic,
    from,
    signal: AbortSignal.any([enough.signal, AbortSignal.timeout(HISTORY_WITHIN_MS)]),
    caughtUp: () => enough.abort(),
    async entry(entry) {
      if (entry.kind === 'message') take(entry.message as Message<T>);
      else if (entry.kind === 'tombstone') removed(entry.key);
    },
  });
}
