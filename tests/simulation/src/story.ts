/** All that can be seen from outside of one run: what the topics hold, what was set aside, what happened to the world. */
import { readDeadLetter, type Bus, type DeadLetter, type Message } from '@muster/bus';
import type { TopicName } from '@muster/schemas';
import type { Breach, World } from '@muster/testkit';
import type { Verification } from './hands.ts';
import type { LoopPlan } from './loop-plan.ts';
import type { Shop } from './shop.ts';

export interface Story {
  readonly plan: LoopPlan;
  /** First copies, in the order in which the log took them in. */
  messages<T extends TopicName>(topic: T): readonly Message<T>[];
  /** All that the topics hold, second copies included. */
  readonly count: number;
  readonly copies: number;
  readonly deadLetters: readonly DeadLetter[];
  readonly effects: Shop['effects'];
  readonly verifications: readonly Verification[];
  readonly notes: World['notes'];
  /** The state store lost something on the way. */
  readonly isStoreLossy: boolean;
}

/** Says that something must not be. `about`: words of which messages tell around it. */
export type Report = (kind: string, agent: string, key: string, sentence: string, about?: readonly string[]) => void;

/** A promise that the loop makes: reports where it is broken. */
export type LoopPromise = (story: Story, report: Report) => void;

interface Seen {
  readonly topics: readonly TopicName[];
  readonly deadLetterTopics: readonly string[];
  readonly plan: LoopPlan;
  readonly shop: Shop;
  readonly verifications: readonly Verification[];
}

export async function storyOf(user: Bus, world: World, seen: Seen): Promise<Story> {
  const byTopic = new Map<string, Message[]>();
  let [count, copies] = [0, 0];
  for (const topic of seen.topics) {
    const ids = new Set<string>();
    const messages: Message[] = [];
    for (const record of world.cluster.read(topic)) {
      count += 1;
      const decoded = await user.decode(record);
      if (decoded.kind !== 'message') continue;
      if (ids.has(decoded.message.id)) copies += 1;
      else messages.push(decoded.message);
      ids.add(decoded.message.id);
    }
    byTopic.set(topic, messages);
  }
  return {
    plan: seen.plan,
    messages: <T extends TopicName>(topic: T) => (byTopic.get(topic) ?? []) as Message<T>[],
    count,
    copies,
    deadLetters: seen.deadLetterTopics.flatMap((topic) =>
      world.cluster.read(topic).flatMap((record) => readDeadLetter(record) ?? []),
    ),
    effects: seen.shop.effects,
    verifications: seen.verifications,
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
export function breaches(story: Story, topics: readonly TopicName[], promises: readonly LoopPromise[]): Breach[] {
  const found: Breach[] = [];
  const report: Report = (kind, agent, key, sentence, about = [key]) =>
    void found.push({ kind, agent, key, sentence, history: tellAbout(story, topics, about) });
  for (const promise of promises) promise(story, report);
  return found;
}
