/**
 * An agent's handlers without the world: given the log's messages in their order, it says what an agent would do, with the ids and the
 * states to which an agent at work comes. No clock, no input, no output.
 */
import type { Message, Outgoing } from '@muster/bus';
import { keyOf, type TopicName } from '@muster/schemas';
import type { AgentDefinition } from './agent.ts';
import { agentConfig, type Environment } from './config.ts';
import { applyOutcome, freshEntry, isRepeated, newIdOf, noteMessage, wakeIdOf } from './key-step.ts';
import { hearersOf, nameOf, type AnyContext, type Hearer, type KeyEntry } from './lane.ts';
import type { Outcome } from './outcome.ts';
import { outgoingOf } from './publishing.ts';
import { liveTable, type LiveTable } from './tables.ts';
import { wakeQueue } from './wake-queue.ts';

export interface RehearsalOptions {
  /** What the handlers get as `config`. Default: what `environment` says, else the defaults. */
  readonly config?: unknown;
  readonly environment?: Environment;
  /** Topics of tables that do not follow the log: their rows from the beginning, by key. */
  readonly tables?: Readonly<Partial<Record<TopicName, ReadonlyMap<string, unknown>>>>;
  /** Throws when a message could not be published, which makes it a fault of its input. Default: every message could. */
  readonly check?: (message: Outgoing) => void;
}

export interface Rehearsal {
  /**
   * Hears a message, after the wake-ups that are due at its time or before; a message of a table's topic is a row first. Give the
   * messages of all topics and partitions by timestamp, then by topic, each partition by offset.
   */
  take(message: Message): readonly Rehearsed[];
  /** A row of a table, unheard; `undefined` takes it away. */
  row(topic: TopicName, key: string, value: unknown): void;
  /** Runs the wake-ups that are due up to this time (epoch ms). */
  advance(to: number): readonly Rehearsed[];
  /** handler/key -> what is remembered of the key; keys that are forgotten are left out. */
  states(): ReadonlyMap<string, { readonly state: unknown; readonly wakeAt: number | null }>;
}

/** One input and what became of it. */
export interface Rehearsed {
  readonly hearer: string;
  readonly key: string;
  readonly inputId: string;
  readonly kind: 'message' | 'wake';
  /** The handler's `now`, epoch ms. */
  readonly at: number;
  readonly outcome: Outcome | { readonly kind: 'failed'; readonly fault: Error };
  /** With the ids an agent at work gives them; `envelope.time` is `at`. */
  readonly publications: readonly (Outgoing & { readonly key: string })[];
}

interface Rehearsing {
  readonly hearer: Hearer;
  readonly key: string;
  readonly entry: KeyEntry;
  /** The time under which it stands in the queue. */
  queuedAt: number | undefined;
}

/** Begins at nothing: no key has a state. Throws a ConfigError when the environment is wrong. */
export function rehearse(definition: AgentDefinition, options: RehearsalOptions = {}): Rehearsal {
  const { environment = {}, config = agentConfig(definition, environment), check } = options;
  const agent = definition.name;
  const hearerOf = new Map(hearersOf(definition).flatMap((hearer) => hearer.topics.map((topic) => [topic, hearer])));
  const keys = new Map<string, Rehearsing>();
  const queue = wakeQueue<Rehearsing>();
  const nothing: readonly Rehearsed[] = [];

  const rows = new Map<TopicName, LiveTable>();
  for (const topic of Object.values(definition.tables)) {
    if (rows.has(topic)) continue;
    const table = liveTable();
    for (const [key, value] of options.tables?.[topic] ?? []) table.set(key, value);
    rows.set(topic, table);
  }
  const tables = Object.fromEntries(
    Object.entries(definition.tables).map(([name, topic]) => [name, rows.get(topic)]),
  ) as AnyContext['tables'];
  const row = (topic: TopicName, key: string, value: unknown): void => {
    if (options.tables?.[topic] === undefined) rows.get(topic)?.set(key, value ?? undefined);
  };

  const schedule = (lane: Rehearsing): void => {
    const { wakeAt } = lane.entry;
    if (wakeAt === null || (lane.queuedAt !== undefined && lane.queuedAt <= wakeAt)) return;
    lane.queuedAt = wakeAt;
    queue.put(wakeAt, lane);
  };

  const perform = (lane: Rehearsing, message: Message | undefined): Rehearsed => {
    const { hearer, key, entry } = lane;
    const wokenAt = message === undefined ? (entry.wakeAt ?? 0) : undefined;
    const at = message?.timestamp ?? wokenAt ?? 0;
    const inputId = message?.id ?? wakeIdOf(hearer.name, key, at);
    let ids = 0;
    const context: AnyContext = {
      key,
      state: entry.state,
      now: at,
      config,
      tables,
      newId: () => newIdOf(inputId, agent, hearer.name, (ids += 1)),
    };
    let publications: Rehearsed['publications'] = [];
    let outcome: Rehearsed['outcome'];
    try {
      const said = (message === undefined ? hearer.wake?.(context) : hearer.handle(message, context)) as Outcome;
      outcome = said ?? { kind: 'ignored', reason: 'no handler for a wake' };
      if (outcome.kind === 'handled' && outcome.publish !== undefined) {
        const cause = { agent, hearer: hearer.name, inputId, cause: message, time: at };
        publications = outgoingOf(outcome.publish, cause).map(keyed);
        if (check !== undefined) for (const publication of publications) check(publication);
      }
      applyOutcome(entry, outcome, wokenAt);
    } catch (error) {
      publications = [];
      outcome = { kind: 'failed', fault: error instanceof Error ? error : new Error(String(error)) };
      if (wokenAt !== undefined) entry.wakeAt = null;
    }
    const isDeadLetter = outcome.kind === 'rejected' || outcome.kind === 'failed';
    if (message !== undefined) noteMessage(entry, message, hearer.seenIds, isDeadLetter ? 'dead letter' : 'handled');
    schedule(lane);
    return {
      hearer: hearer.name,
      key,
      inputId,
      kind: message === undefined ? 'wake' : 'message',
      at,
      outcome,
      publications,
    };
  };

  const advance = (to: number): readonly Rehearsed[] => {
    if ((queue.nextAt() ?? Infinity) > to) return nothing;
    const done: Rehearsed[] = [];
    for (let nextAt = queue.nextAt(); nextAt !== undefined && nextAt <= to; nextAt = queue.nextAt()) {
      const place = queue.take();
      if (place === undefined || place.key.queuedAt !== place.at) continue;
      const lane = place.key;
      lane.queuedAt = undefined;
      // A key that moved its time later left its old place standing.
      if (lane.entry.wakeAt === place.at) done.push(perform(lane, undefined));
      else schedule(lane);
    }
    return done;
  };

  return {
    row,
    advance,
    take(message) {
      const woken = advance(message.timestamp);
      row(message.topic, message.key, message.value);
      const hearer = hearerOf.get(message.topic);
      if (hearer === undefined) return woken;
      const name = nameOf(hearer, message.key);
      let lane = keys.get(name);
      if (lane === undefined) {
        lane = { hearer, key: message.key, entry: freshEntry(), queuedAt: undefined };
        keys.set(name, lane);
      }
      if (isRepeated(lane.entry, message)) {
        noteMessage(lane.entry, message, hearer.seenIds, 'repeated');
        return woken;
      }
      const heard = perform(lane, message);
      return woken.length === 0 ? [heard] : [...woken, heard];
    },
    states: () =>
      new Map(
        [...keys].flatMap(
          ([
            name,
            {
              entry: { state, wakeAt },
            },
          ]) => (state === undefined && wakeAt === null ? [] : [[name, { state, wakeAt }] as const]),
        ),
      ),
  };
}

function keyed(message: Outgoing): Outgoing & { readonly key: string } {
  return { ...message, key: message.key ?? (message.value === null ? '' : keyOf(message.topic, message.value)) };
}
