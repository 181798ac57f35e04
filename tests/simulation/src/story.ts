/** All that can be seen from outside of one run: what the topics hold, what was set aside, what happened to the world. */
import { readDeadLetter, type Bus, type DeadLetter, type Message } from '@muster/bus';
import type { TopicName } from '@muster/schemas';
import type { Breach, Plan, World } from '@muster/testkit';
import type { Call } from './network.ts';

/** A change of the world, or a repeat of one that was answered from memory. */
export interface Effect extends Call {
  readonly action: 'restart' | 'scale';
  readonly target: string;
  readonly before: number;
  readonly after: number;
  readonly isRepeat: boolean;
}

/** A look at the world by which something was verified. */
export interface Verification {
  readonly taskId: string;
  readonly at: number;
  readonly isHealthy: boolean;
}

/** What whoever keeps a table of a topic gets: a message, or the tombstone of a key. */
export interface Row<T extends TopicName> {
  readonly key: string;
  readonly timestamp: number;
  /** `undefined`: a tombstone. */
  readonly message: Message<T> | undefined;
  readonly isCopy: boolean;
}

export interface Story<P extends Plan = Plan> {
  readonly plan: P;
  /** First copies, in the order in which the log took them in. */
  messages<T extends TopicName>(topic: T): readonly Message<T>[];
  /** Second copies and tombstones as well, in that order. */
  rows<T extends TopicName>(topic: T): readonly Row<T>[];
  /** All that the topics hold, second copies included. */
  readonly count: number;
  readonly copies: number;
  readonly deadLetters: readonly DeadLetter[];
  readonly effects: readonly Effect[];
  readonly verifications: readonly Verification[];
  readonly notes: World['notes'];
  /** The state store lost something on the way. */
  readonly isStoreLossy: boolean;
}

/** Says that something must not be. `about`: words of which messages tell around it. */
export type Report = (kind: string, agent: string, key: string, sentence: string, about?: readonly string[]) => void;

/** A promise that agents make: reports where it is broken. */
export type Promised<S extends Story = Story> = (story: S, report: Report) => void;

interface Seen<P extends Plan> {
  readonly topics: readonly TopicName[];
  readonly deadLetterTopics: readonly string[];
  readonly plan: P;
  readonly effects?: readonly Effect[];
  readonly verifications?: readonly Verification[];
}

export async function storyOf<P extends Plan>(user: Bus, world: World, seen: Seen<P>): Promise<Story<P>> {
  const byTopic = new Map<string, Row<TopicName>[]>();
  let [count, copies] = [0, 0];
  for (const topic of seen.topics) {
    const ids = new Set<string>();
    const rows: Row<TopicName>[] = [];
    for (const record of world.cluster.read(topic)) {
      count += 1;
      const decoded = await user.decode(record);
      const { timestamp } = record;
      if (decoded.kind === 'tombstone') rows.push({ key: decoded.key, timestamp, message: undefined, isCopy: false });
      if (decoded.kind !== 'message') continue;
      const { message } = decoded;
      const isCopy = ids.has(message.id);
      if (isCopy) copies += 1;
      rows.push({ key: message.key, timestamp, message, isCopy });
      ids.add(message.id);
    }
    byTopic.set(topic, rows);
  }
  const messages = new Map(
    [...byTopic].map(
      ([topic, rows]) => [topic, rows.flatMap(({ message, isCopy }) => (isCopy ? [] : (message ?? [])))] as const,
    ),
  );
  return {
    plan: seen.plan,
    messages: <T extends TopicName>(topic: T) => (messages.get(topic) ?? []) as Message<T>[],
    rows: <T extends TopicName>(topic: T) => (byTopic.get(topic) ?? []) as Row<T>[],
    count,
    copies,
    deadLetters: seen.deadLetterTopics.flatMap((topic) =>
      world.cluster.read(topic).flatMap((record) => readDeadLetter(record) ?? []),
    ),
    effects: seen.effects ?? [],
    verifications: seen.verifications ?? [],
    notes: world.notes,
    isStoreLossy: world.isStoreLossy,
  };
}

const mostLines = 120;

/** What the topics have about some words, and what was done to the mesh meanwhile: a line each, in the order of time. */
function tellAbout(story: Story, topics: readonly TopicName[], words: readonly string[]): string[] {
  const lines: { at: number; text: string }[] = [];
  for (const topic of topics)
    for (const { key, partition, offset, timestamp, value } of story.messages(topic)) {
      const { envelope, ...fields } = value as { envelope: { id: string } };
      const text = JSON.stringify(fields);
      if (!words.some((word) => key === word || text.includes(word))) continue;
      lines.push({
        at: timestamp,
        text: `${topic.split('.').slice(1, -1).join('.')} ${partition}/${offset} ${envelope.id.slice(0, 8)} ${text.slice(0, 400)}`,
      });
    }
  for (const { at, action, target, taskId, isRepeat } of story.effects)
    lines.push({ at, text: `>>> ${action} of ${target} for ${taskId}${isRepeat ? ', again' : ''}` });
  for (const { at, text } of story.notes) lines.push({ at, text: `*** ${text}` });
  lines.sort((a, b) => a.at - b.at);
  const began = lines[0]?.at ?? 0;
  const told = lines.map(({ at, text }) => `${String(at - began).padStart(8)} ms  ${text}`);
  return told.length <= mostLines ? told : [...told.slice(0, mostLines / 2), '...', ...told.slice(-mostLines / 2)];
}

/** Holds a story against promises. */
export function breaches<S extends Story>(
  story: S,
  topics: readonly TopicName[],
  promises: readonly Promised<S>[],
): Breach[] {
  const found: Breach[] = [];
  const report: Report = (kind, agent, key, sentence, about = [key]) =>
    void found.push({ kind, agent, key, sentence, history: tellAbout(story, topics, about) });
  for (const promise of promises) promise(story, report);
  return found;
}
