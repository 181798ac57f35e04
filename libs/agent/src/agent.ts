/**
 * What an agent is: a table of contents that the runtime reads. Everything here is a value or a type; nothing runs.
 */
import type { Message } from '@muster/bus';
import type { TopicName, TopicRecords } from '@muster/schemas';
import { z } from 'zod';
import type { Outcome, Publication } from './outcome.ts';

/**
 * A table as a handler sees it: a topic, read-only, newest value per key. Compacted topics are there whole; of others, such as heartbeats,
 * what came within the last ten minutes or a little longer.
 */
export interface Table<R> {
  get(key: string): R | undefined;
  values(): Iterable<R>;
  readonly size: number;
  /** Grows with every change: lets what was derived from the table be kept until it changes. */
  readonly version: number;
}

export type Tables<T extends Record<string, TopicName>> = { readonly [K in keyof T]: Table<TopicRecords[T[K]]> };

/** All a handler may know besides its message. Nothing in it may be changed in place: the state least of all. */
export interface HandlerContext<S, C, T extends Record<string, TopicName>> {
  readonly key: string;
  /** The key's state; `undefined` for a key not met before. */
  readonly state: S | undefined;
  /** Epoch ms by the log's clock: when the log took the message in, or the time the key is woken at. Repeats with a replay. */
  readonly now: number;
  readonly config: C;
  readonly tables: Tables<T>;
  /** An id that is the same whenever the same input is handled. Never use a random one. */
  newId(): string;
}

export interface HandlerSpec<On extends TopicName, S, P extends TopicName, C, T extends Record<string, TopicName>> {
  /** Gives the key's state its type: `stateOf<SeriesState>()`. */
  readonly state: StateOf<S>;
  /**
   * How far back the state reaches: what a rebuild reads again when the stored state is lost, and what a new agent begins with.
   * `'all'` suits compacted topics; a duration in ms suits telemetry.
   */
  readonly horizon: 'all' | number;
  /** Ids of the latest messages kept per key, to drop a second copy. Default 32. */
  readonly seenIds?: number;
  /** Pure and synchronous. A thrown fault is retried or becomes a dead letter, by its class. */
  handle(message: Message<On>, context: HandlerContext<S, C, T>): Outcome<S, P>;
  /** The same without a message, when the key's `wakeAt` is due. The wish is spent: ask again for another. */
  wake?(context: HandlerContext<S, C, T>): Outcome<S, P>;
}

export interface StateOf<S> {
  readonly example?: S;
}

export function stateOf<S>(): StateOf<S> {
  return {};
}

/** What sensors and actions get to reach the world with. */
export interface Io<C> {
  readonly config: C;
  /** Aborted when the agent stops, the deadline passes or the lease is lost. Pass it on to everything that waits. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly log: { info(facts: object, message: string): void; warn(facts: object, message: string): void };
}

export interface SensorIo<C, T extends Record<string, TopicName>> extends Io<C> {
  readonly tables: Tables<T>;
}

export interface SensorSpec<P extends TopicName, C, T extends Record<string, TopicName>> {
  readonly everyMs: number;
  /** `agent`: one instance senses at a time (the default); `instance`: each for itself. */
  readonly runsOn?: 'agent' | 'instance';
  /** Whether there is anything to sense; while there is not, no instance holds the lease. Asked each time, so it must cost little. Default: always. */
  isNeeded?(io: SensorIo<C, T>): boolean;
  sense(io: SensorIo<C, T>): Promise<readonly Publication<P>[]>;
}

export interface ActionIo<C> extends Io<C> {
  readonly taskId: string;
  /** The same over all attempts and agents: hand it to whatever is called, so that the work is done once. */
  readonly idempotencyKey: string;
  readonly attempt: number;
  readonly deadline: number;
  /** The approved change on whose authority it acts. */
  readonly changeId: string | null;
  /** Publishes how far the work is and prolongs the deadline by as long as it was at the start. */
  progress(done: number, total: number | null, message?: string): void;
}

export interface ActionSpec<I, O, C> {
  /** Semantic version of the capability. */
  readonly version: string;
  readonly description: string;
  readonly input: z.ZodType<I>;
  readonly output: z.ZodType<O>;
  readonly examples?: readonly string[];
  readonly tags?: readonly string[];
  readonly cost?: number;
  /** The capability that undoes it, offered by the same agent. */
  readonly undo?: string;
  /** Scopes a task must carry. */
  readonly scopes?: readonly string[];
  /** It changes nothing: it runs while the kill switch is on, too. */
  readonly isReadOnly?: boolean;
  /** It is run only for tasks that name a change which was approved for it and their target, and is in force; or to take such a change back. */
  readonly needsApproval?: boolean;
  /** Whether an output says that the work was done in part: the result is PARTIAL then, which is an end like COMPLETED and not tried again. */
  isPartial?(output: O): boolean;
  /** How long a silent action is believed to be alive, ms. Default 30 s. */
  readonly leaseMs?: number;
  /** Throws a fault when it fails; its class is in the result. */
  run(input: I, io: ActionIo<C>): Promise<O>;
}

/** Makes one handler: `on(['muster.metrics.v1'], { state, horizon, handle, wake })`. Topics of one handler share key and partition count. */
type On<P extends TopicName, C, T extends Record<string, TopicName>> = <const N extends TopicName, S>(
  topics: readonly N[],
  spec: HandlerSpec<N, S, P, C, T>,
) => Handler;
type Sense<P extends TopicName, C, T extends Record<string, TopicName>> = (spec: SensorSpec<P, C, T>) => Sensor;
type Offer<C> = <I, O>(spec: ActionSpec<I, O, C>) => Action;

// The definition forgets the types that checked it: the runtime treats all agents alike.
// oxlint-disable typescript/no-explicit-any
export interface Handler extends HandlerSpec<any, any, any, any, any> {
  readonly topics: readonly TopicName[];
}
export type Sensor = SensorSpec<TopicName, any, any>;
export type Action = ActionSpec<any, any, any>;
// oxlint-enable typescript/no-explicit-any

export interface AgentDefinition {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly config: z.ZodObject;
  readonly publishes: readonly TopicName[];
  readonly tables: Readonly<Record<string, TopicName>>;
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly sensors: Readonly<Record<string, Sensor>>;
  readonly actions: Readonly<Record<string, Action>>;
}

export interface AgentSpec<C extends z.ZodRawShape, P extends TopicName, T extends Record<string, TopicName>> {
  /** Lower case, hyphens; names the consumer group `muster.<name>` and the inbox. */
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** Read from the environment: field `warmUpMs` from `MUSTER_WARM_UP_MS`. */
  readonly config?: z.ZodObject<C>;
  /** The only topics that handlers and sensors can publish to. `muster.inbox.<agent>.v1` stands for the inbox of every agent. */
  readonly publishes?: readonly P[];
  /** Topics to look things up in, by the name handlers use. */
  readonly tables?: T;
  readonly handlers?: (on: On<P, z.infer<z.ZodObject<C>>, T>) => Readonly<Record<string, Handler>>;
  readonly sensors?: (sense: Sense<P, z.infer<z.ZodObject<C>>, T>) => Readonly<Record<string, Sensor>>;
  /** By capability, e.g. `'security.block-address'`. Offering one makes the agent read its inbox. */
  readonly actions?: (offer: Offer<z.infer<z.ZodObject<C>>>) => Readonly<Record<string, Action>>;
}

/**
 * Defines an agent. Publishing to a topic that is not under `publishes`, looking into a table that is not under `tables`, or running an
 * action on another input than it declares does not compile. Throws an Error with a sentence on a definition that contradicts itself.
 */
export function defineAgent<
  const P extends TopicName = never,
  // oxlint-disable-next-line typescript/no-empty-object-type
  const T extends Record<string, TopicName> = {},
  // oxlint-disable-next-line typescript/no-empty-object-type
  C extends z.ZodRawShape = {},
>(spec: AgentSpec<C, P, T>): AgentDefinition {
  const definition: AgentDefinition = {
    name: spec.name,
    version: spec.version,
    description: spec.description,
    config: spec.config ?? z.object({}),
    publishes: spec.publishes ?? [],
    tables: spec.tables ?? {},
    handlers: spec.handlers?.((topics, handler) => ({ ...handler, topics }) as unknown as Handler) ?? {},
    sensors: spec.sensors?.((sensor) => sensor) ?? {},
    actions: spec.actions?.((action) => action) ?? {},
  };
  const contradiction = contradictionIn(definition);
  if (contradiction !== undefined) throw new Error(`agent "${definition.name}": ${contradiction}`);
  return definition;
}

function contradictionIn({ name, handlers, actions }: AgentDefinition): string | undefined {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) return 'a name is lower case with hyphens, e.g. data-processing';
  const heardBy = new Map<string, string>();
  for (const [handler, { topics }] of Object.entries(handlers)) {
    if (topics.length === 0) return `handler ${handler} hears no topic`;
    for (const topic of topics) {
      const other = heardBy.get(topic);
      if (other !== undefined)
        return `handlers ${other} and ${handler} both hear ${topic}; a topic belongs to one handler`;
      heardBy.set(topic, handler);
    }
  }
  if (heardBy.has(inboxOf(name))) return 'its inbox is read by the runtime; declare actions instead of a handler';
  for (const [capability, { undo }] of Object.entries(actions)) {
    if (undo !== undefined && !(undo in actions))
      return `action ${capability} is undone by ${undo}, which the agent does not offer`;
  }
  return undefined;
}

/** Whether some of its actions change something, so that it must know the kill switch. */
export function isActing({ actions }: AgentDefinition): boolean {
  return Object.values(actions).some(({ isReadOnly }) => isReadOnly !== true);
}

/** The topic on which an agent is given tasks. */
export function inboxOf(agent: string): `muster.inbox.${string}.v1` {
  return `muster.inbox.${agent}.v1`;
}

/** Every topic that the agent's group reads: what its handlers hear and, if it offers actions, its inbox and the results of tasks. */
export function heardTopics({ name, handlers, actions }: AgentDefinition): TopicName[] {
  const heard = Object.values(handlers).flatMap(({ topics }) => topics);
  const ofActions: TopicName[] = Object.keys(actions).length === 0 ? [] : [inboxOf(name), 'muster.task-results.v1'];
  return [...new Set([...heard, ...ofActions])];
}
