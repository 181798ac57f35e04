/** Runs an agent's handlers over what the log recorded, and publishes nothing. */
import { rehearse } from '@muster/agent';
import type { AgentDefinition, Rehearsal, Rehearsed } from '@muster/agent';
import type { Bus, Decoded, LogRecord, Message } from '@muster/bus';
import type { TopicName } from '@muster/schemas';
import type { Identity } from './comparison.ts';
import { offlineBus } from './offline-bus.ts';
import type { OfflineBus } from './offline-bus.ts';
import { policyMessages, policyTopic } from './policy-file.ts';
import type { GivenPolicies } from './policy-file.ts';
import { readInOrder } from './read-in-order.ts';
import { answerWithinMs, planOf, rolesOf } from './stretches.ts';
import type { Range, Role } from './stretches.ts';
import { toldBy, toldIn } from './told.ts';
import type { Told } from './told.ts';

export interface ReplayOptions {
  readonly definition: AgentDefinition;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly range: Range;
  /** When the replay was asked for, epoch ms. */
  readonly now: number;
  /** Warm-up before the range, ms. Default: how far back each handler says that its state reaches. */
  readonly warmUpMs: number | undefined;
  /** Replaces the policies on record. */
  readonly policies: GivenPolicies | undefined;
  /** Whether what the agent published is read as well. */
  readonly isCompared: boolean;
  readonly signal: AbortSignal;
}

/** What became of an input within the range. */
export type ReplayedOutcome =
  /** `isKnown`: the agent is known to have handled the input, so that the message must be on record. */
  | { readonly kind: 'published'; readonly told: Told; readonly isKnown: boolean }
  /** It would become a dead letter. */
  | {
      readonly kind: 'rejected' | 'failed';
      readonly at: number;
      readonly hearer: string;
      readonly key: string;
      readonly inputId: string;
      readonly reason: string;
    };

export interface ReplayListener {
  /** In the order of time. Waited for. */
  outcome(outcome: ReplayedOutcome): void | Promise<void>;
  /** A message from before the range. */
  earlier(message: Identity): void;
  /** What the agent really published. */
  recorded(told: Told, isInRange: boolean): void;
  /** Said in answer to the policies that were given: something is wrong with them. */
  warned(told: Told): void;
  progress(read: number, of: number): void;
}

export interface Replayed {
  /** topic -> messages heard within the range. */
  readonly heard: ReadonlyMap<TopicName, number>;
  /** Messages heard before it. */
  readonly warmUp: number;
  /** Log time of the first of them, epoch ms. */
  readonly since: number | undefined;
  readonly wakes: number;
  readonly published: number;
  readonly deadLetters: number;
  /** topic -> log time of its first record that is left, where retention has removed a part of what was to be heard. */
  readonly cut: ReadonlyMap<TopicName, number>;
  readonly withHoles: ReadonlySet<string>;
  /** Whether the agent's group has ever committed an offset here. */
  readonly hasRun: boolean;
}

/** A message is known to be handled when its offset is committed; a wake-up, when it was due so long ago. */
const settledAfterMs = 10_000;

export async function replayAgent(bus: Bus, options: ReplayOptions, listener: ReplayListener): Promise<Replayed> {
  const { definition, environment, range, now, warmUpMs, policies, isCompared, signal } = options;
  const { from, to } = range;
  const agent = definition.name;
  const offline = offlineBus(bus);
  const without: readonly TopicName[] = policies === undefined ? [] : [policyTopic];
  const roles = rolesOf(definition, range, { warmUpMs, isCompared, without });
  const roleOf = new Map<string, Role>(roles.map((role) => [role.topic, role]));
  const heardTopics = roles.filter(({ heardFrom }) => heardFrom !== undefined).map(({ topic }) => topic);
  await Promise.all([
    bus.warm({ reads: roles.map(({ topic }) => topic), writes: [] }),
    offline.warm([...definition.publishes, policyTopic]),
  ]);
  const committed = isCompared ? await bus.log.admin.committed(`muster.${agent}`, heardTopics) : [];
  const handledBelow = new Map(committed.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]));

  const startsAt = Math.min(from, ...roles.flatMap(({ heardFrom }) => (heardFrom ? [heardFrom] : [])));
  const given = policies && policyMessages(definition, policies, startsAt, offline);
  const rehearsal = rehearse(definition, {
    environment,
    check: offline.check,
    ...(given && { tables: { [policyTopic]: new Map(given.map(({ key, value }) => [key, value])) } }),
  });
  for (const policy of given ?? [])
    for (const { publications } of rehearsal.take(policy))
      for (const publication of publications) listener.warned(toldOf(offline, publication));

  const heard = new Map<TopicName, number>(heardTopics.map((topic) => [topic, 0]));
  const firstAt = new Map<TopicName, number>();
  const counts = { warmUp: 0, wakes: 0, published: 0, deadLetters: 0 };
  let since: number | undefined;
  let isOver = false;

  const tell = async (done: readonly Rehearsed[], isHandled: boolean): Promise<void> => {
    for (const { kind, at, hearer, key, inputId, outcome, publications } of done) {
      if (at < from) {
        if (at >= from - answerWithinMs)
          for (const { envelope, topic, key: ofMessage } of publications)
            listener.earlier({ id: envelope.id, topic, key: ofMessage });
        continue;
      }
      if (kind === 'wake') counts.wakes += 1;
      const isKnown = kind === 'wake' ? at < now - settledAfterMs : isHandled;
      for (const publication of publications) {
        counts.published += 1;
        await listener.outcome({ kind: 'published', told: toldOf(offline, publication), isKnown });
      }
      if (outcome.kind !== 'rejected' && outcome.kind !== 'failed') continue;
      counts.deadLetters += 1;
      const reason = outcome.kind === 'rejected' ? outcome.reason : outcome.fault.message;
      await listener.outcome({ kind: outcome.kind, at, hearer, key, inputId, reason });
    }
  };
  const end = async (): Promise<void> => {
    isOver = true;
    await tell(rehearsal.advance(to - 1), true);
  };
  const hear = async (message: Message): Promise<void> => {
    const { topic, partition, offset, timestamp } = message;
    if (timestamp < from) counts.warmUp += 1;
    else heard.set(topic, (heard.get(topic) ?? 0) + 1);
    since ??= timestamp;
    const done = rehearsal.take(message);
    if (done.length > 0)
      await tell(done, committed.length === 0 || offset < (handledBelow.get(`${topic}/${partition}`) ?? 0));
  };

  const take = (decoded: Decoded, record: LogRecord): Promise<void> | undefined => {
    const { timestamp } = record;
    const role = roleOf.get(record.topic);
    if (role === undefined) return undefined;
    if (!firstAt.has(role.topic)) firstAt.set(role.topic, timestamp);
    if (role.isOutput && timestamp >= from) {
      const told = toldBy(agent, decoded, record);
      if (told !== undefined) listener.recorded(told, timestamp < to);
    }
    if (timestamp >= to) return isOver ? undefined : end();
    if (decoded.kind === 'message' && role.heardFrom !== undefined && timestamp >= role.heardFrom)
      return hear(decoded.message);
    if (role.isTable) setRow(rehearsal, decoded);
    return undefined;
  };

  const plan = await planOf(bus, roles, range, now);
  const progress = (read: number): void => listener.progress(read, plan.size);
  const { withHoles } = await readInOrder(bus, { stretches: plan.stretches, signal, take, progress });
  signal.throwIfAborted();
  if (!isOver) await end();
  const cut = new Map([...plan.cut].map((topic) => [topic, firstAt.get(topic) ?? now]));
  return { ...counts, heard, since, cut, withHoles, hasRun: committed.length > 0 };
}

function setRow(rehearsal: Rehearsal, decoded: Decoded): void {
  if (decoded.kind === 'message') rehearsal.row(decoded.message.topic, decoded.message.key, decoded.message.value);
  else if (decoded.kind === 'tombstone') rehearsal.row(decoded.topic, decoded.key, undefined);
}

function toldOf(offline: OfflineBus, publication: Rehearsed['publications'][number]): Told {
  const decoded = offline.delivered(publication);
  if (decoded.kind === 'message') return toldIn(decoded.message);
  const { topic, key, envelope } = publication;
  const { id, time: at, correlationId, causationId } = envelope;
  return { topic, key, id, at, correlationId, causationId: causationId ?? null, value: null };
}
