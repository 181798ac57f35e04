/** The agent's handlers, without a mesh: messages in, state kept by key, wake-ups in order of time, what is published handed on. */
import type { HandlerContext, Outcome } from '@muster/agent';
import {
  keyOf,
  type AlertInput,
  type AlertTransition,
  type Incident,
  type Policy,
  type Silence,
  type Target,
  type TopicName,
} from '@muster/schemas';
import { tableOf } from '@muster/testkit';
import { correlation } from '../src/agent.ts';
import { settings, type Settings } from '../src/settings.ts';
import { beginAt } from './given.ts';
import { wakeHeap } from './wake-heap.ts';

const alertDefaults = {
  description: '',
  evidence: [],
  score: 0,
  endsAt: null,
  isFlapping: false,
  transitions: 0,
  labels: {},
};

interface Entry {
  state: unknown;
  wakeAt: number | null;
}

export interface Published {
  readonly topic: TopicName;
  readonly value: unknown;
  readonly correlationId: string;
  readonly at: number;
}

export interface DriveOptions {
  readonly config?: Partial<Settings>;
  /** Throws when a handler changes what it was given. */
  readonly isFrozen?: boolean;
  /** Other handlers than the agent's own are left alone. */
  readonly only?: readonly string[];
}

export function drive({ config = {}, isFrozen = true, only }: DriveOptions = {}) {
  const tables = {
    silences: tableOf<Silence>(({ silenceId }) => silenceId),
    policies: tableOf<Policy>(({ policyId }) => policyId),
    targets: tableOf<Target>(({ target }) => target),
  };
  const configured = { ...settings.parse({}), ...config };
  const handlerOf = new Map(
    Object.entries(correlation.handlers)
      .filter(([name]) => only === undefined || only.includes(name))
      .flatMap(([name, handler]) => handler.topics.map((topic) => [topic, { name, handler }] as const)),
  );
  const entries = new Map<string, Entry>();
  const wakes = wakeHeap();
  const published: Published[] = [];
  const rejected: string[] = [];
  const ignoredFor: string[] = [];
  let now = beginAt;
  let messages = 0;
  let woken = 0;

  const contextOf = (key: string, entry: Entry | undefined, input: string): HandlerContext<never, never, never> => {
    let ids = 0;
    const context = {
      key,
      state: entry?.state,
      now,
      config: configured,
      tables,
      newId: () => `${input}-${(ids += 1)}`,
    };
    return context as unknown as HandlerContext<never, never, never>;
  };

  const settle = (name: string, outcome: Outcome, correlationId: string): void => {
    if (outcome.kind === 'rejected') rejected.push(outcome.reason);
    if (outcome.kind === 'ignored') ignoredFor.push(outcome.reason);
    if (outcome.kind !== 'handled') return;
    const entry = entries.get(name) ?? { state: undefined, wakeAt: null };
    entries.set(name, entry);
    if (outcome.state !== undefined) entry.state = outcome.state ?? undefined;
    if (isFrozen) deepFreeze(entry.state);
    if (outcome.wakeAt !== undefined) {
      entry.wakeAt = outcome.wakeAt;
      if (outcome.wakeAt !== null) wakes.put(outcome.wakeAt, name);
    }
    if (entry.state === undefined && entry.wakeAt === null) entries.delete(name);
    for (const publication of outcome.publish ?? []) {
      const { topic, value } = publication;
      const correlated = publication.correlationId ?? correlationId;
      published.push({ topic, value, correlationId: correlated, at: now });
      if (value !== null) hear(topic, value, { correlationId: correlated });
    }
  };

  const hear = (
    topic: TopicName,
    value: object,
    { correlationId, time = now }: { readonly correlationId?: string; readonly time?: number } = {},
  ): void => {
    const found = handlerOf.get(topic);
    if (found === undefined) return;
    messages += 1;
    const id = `m${messages}`;
    const whole = {
      ...(topic === 'muster.alerts.v1' ? alertDefaults : { inhibitedBy: null }),
      ...value,
      envelope: { id, time, source: 'test', correlationId: correlationId ?? id, causationId: null },
    };
    const key = keyOf(topic, whole as never);
    const message = { topic, partition: 0, offset: messages, timestamp: now, key, id, value: whole, headers: {} };
    if (isFrozen) deepFreeze(message);
    const name = `${found.name} ${key}`;
    const outcome = found.handler.handle(message as never, contextOf(key, entries.get(name), id));
    settle(name, outcome as Outcome, whole.envelope.correlationId);
  };

  return {
    tables,
    published,
    rejected,
    ignoredFor,
    entries,
    get now() {
      return now;
    },
    get woken() {
      return woken;
    },
    /** Lets time pass, waking what asked for it. */
    until(time: number): void {
      for (let next = wakes.peek(); next !== undefined && next.at <= time; next = wakes.peek()) {
        const { at, name } = wakes.take();
        const entry = entries.get(name);
        if (entry?.wakeAt !== at) continue;
        now = Math.max(now, at);
        entry.wakeAt = null;
        woken += 1;
        const [handler = ''] = name.split(' ', 1);
        const key = name.slice(handler.length + 1);
        const input = `wake ${name} ${at}`;
        const outcome = correlation.handlers[handler]!.wake!(contextOf(key, entry, input)) as Outcome;
        settle(name, outcome, input);
      }
      now = Math.max(now, time);
    },
    /** An alert that the log takes in now; `time` is when its source says it spoke. */
    alert(over: Partial<AlertInput> = {}, time = now, correlationId?: string): void {
      const value = {
        fingerprint: 'shop/latency',
        status: 'FIRING',
        severity: 'WARNING',
        target: 'shop',
        category: 'PERFORMANCE',
        title: 'shop is slow',
        startsAt: now,
        ...over,
      };
      hear('muster.alerts.v1', value, { time, ...(correlationId === undefined ? {} : { correlationId }) });
    },
    silence(silence: Silence): void {
      tables.silences.put(silence);
      hear('muster.silences.v1', silence);
    },
    policy(policy: Policy): void {
      tables.policies.put(policy);
      hear('muster.policies.v1', policy);
    },
    hear,
    get transitions() {
      return published
        .filter(({ topic }) => topic === 'muster.alert-transitions.v1')
        .map(({ value, correlationId, at }) => ({ ...(value as AlertTransition), correlationId, at }));
    },
    get incidents() {
      return published
        .filter(({ topic }) => topic === 'muster.incidents.v1')
        .map(({ value, correlationId, at }) => ({ ...(value as Incident), correlationId, at }));
    },
    stateOf(handler: string, key: string): unknown {
      return entries.get(`${handler} ${key}`)?.state;
    },
  };
}

export type Drive = ReturnType<typeof drive>;

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  const parts = value instanceof Map ? [...value.values()] : Object.values(value);
  for (const part of parts) deepFreeze(part);
}
