/** Recovery's handlers in a world that is played: agents that answer tasks as a test says, a log without a network, time that jumps. */
import { rehearse, type Rehearsed } from '@muster/agent';
import type { Message } from '@muster/bus';
import {
  keyOf,
  type AgentCard,
  type AgentScore,
  type FaultInput,
  type Task,
  type TaskMeasurement,
  type TaskResult,
  type TopicName,
} from '@muster/schemas';
import { recovery } from '../src/agent.ts';
import { settings, type Settings } from '../src/settings.ts';

export const beginAt = Date.UTC(2026, 0, 5, 8);

const envelope = { id: 'e', time: beginAt, source: 'test', correlationId: 'c', causationId: null };

export function taskOf(over: Partial<Task> = {}): Task {
  const taskId = over.taskId ?? 't1';
  return {
    envelope,
    taskId,
    conversation: `talk-${taskId}`,
    capability: 'work.do',
    capabilityVersion: '*',
    input: '{}',
    priority: 'NORMAL',
    deadline: beginAt + 600_000,
    attempt: 1,
    idempotencyKey: `key-${taskId}`,
    budget: null,
    replyTo: 'asker',
    context: { step: 'one' },
    attributes: {},
    reason: 'asked for',
    target: null,
    changeId: null,
    scopes: [],
    avoid: [],
    ...over,
  };
}

export function resultOf(task: Task, over: Partial<TaskResult> = {}): TaskResult {
  const { taskId, conversation, capability, attempt, replyTo, context } = task;
  const result: TaskResult = {
    envelope,
    taskId,
    conversation,
    capability,
    agent: 'worker',
    instance: 'worker-1',
    status: 'COMPLETED',
    output: '{}',
    fault: null,
    startedAt: 0,
    finishedAt: 10,
    attempt,
    cost: 0,
    replyTo,
    context,
    attributes: {},
  };
  return { ...result, ...over };
}

export function faultOf(type: string, over: Partial<FaultInput> = {}): TaskResult['fault'] {
  return { class: 'UNKNOWN', type, message: `${type} happened`, retryAfterMs: null, ...over };
}

export function failedBy(task: Task, type: string, over: Partial<FaultInput> = {}, agent = 'worker'): TaskResult {
  return resultOf(task, { status: 'FAILED', fault: faultOf(type, over), agent });
}

export function cardOf(agent: string, capability = 'work.do'): AgentCard {
  return { envelope, agent, skills: [{ capability, version: '1.0.0' }] } as unknown as AgentCard;
}

/** What a world answers to a task that is sent: results, each so long after. */
export type Answering = (
  task: Task,
  at: number,
) => readonly { readonly afterMs: number; readonly result: TaskResult }[];

interface Timed {
  readonly at: number;
  readonly order: number;
}

interface Coming extends Timed {
  readonly topic: TopicName;
  readonly value: object;
  readonly id: string;
}

export function drive(answering: Answering, config: Partial<Settings> = {}) {
  const rehearsal = rehearse(recovery, { config: { ...settings.parse({}), ...config } });
  const coming = heap<Coming>();
  /** Times at which a key may want to be woken; some have changed their minds. */
  const wakes = heap<Timed>();
  const offsets = new Map<string, number>();
  const sent: { readonly task: Task; readonly at: number }[] = [];
  const finals: { readonly result: TaskResult; readonly at: number }[] = [];
  const measurements: TaskMeasurement[] = [];
  const scores: { readonly score: AgentScore; readonly at: number }[] = [];
  const reasons: string[] = [];
  /** What is said there is lost on its way. */
  const unheard = new Set<TopicName>();
  let [now, order] = [beginAt, 0];

  const put = (topic: TopicName, value: object, at: number, id?: string): void => {
    order += 1;
    coming.push({ at: Math.max(at, now), order, topic, value, id: id ?? `m${order}` });
  };

  const ask = (task: Task, at: number): void => {
    sent.push({ task, at });
    for (const { afterMs, result } of answering(task, at)) put('muster.task-results.v1', result, at + afterMs);
  };

  const react = (done: readonly Rehearsed[]): void => {
    for (const { outcome, publications, at } of done) {
      if (outcome.kind === 'failed') throw outcome.fault;
      if (outcome.kind === 'handled' && typeof outcome.wakeAt === 'number')
        wakes.push({ at: outcome.wakeAt, order: 0 });
      if (outcome.kind === 'ignored') reasons.push(outcome.reason);
      for (const publication of publications) {
        const value = { ...filled[publication.topic], ...publication.value, envelope: publication.envelope };
        if (!unheard.has(publication.topic)) put(publication.topic, value, at + 2, publication.envelope.id);
        if (publication.topic === 'muster.tasks.v1') ask(value as unknown as Task, at);
        if (publication.topic === 'muster.task-results.v1') finals.push({ result: value as unknown as TaskResult, at });
        if (publication.topic === 'muster.task-measurements.v1') measurements.push(value as unknown as TaskMeasurement);
        if (publication.topic === 'muster.agent-scores.v1') scores.push({ score: value as unknown as AgentScore, at });
      }
    }
  };

  const deliver = ({ topic, value, id }: Coming): void => {
    const key = keyOf(topic, value as never);
    const offset = offsets.get(topic) ?? 0;
    offsets.set(topic, offset + 1);
    const message = { topic, partition: 0, offset, timestamp: now, key, id, value, headers: {} };
    react(rehearsal.take(message as unknown as Message));
  };

  return {
    sent,
    finals,
    measurements,
    scores,
    reasons,
    unheard,
    states: () => rehearsal.states(),
    get now() {
      return now;
    },
    /** A task that somebody asks for, at `at` or now. */
    ask(task: Task, at = now): void {
      put('muster.tasks.v1', task, at);
      ask(task, at);
    },
    tell: put,
    /** Plays the world up to a time: what comes and what is due, one after the other. */
    until(time: number): void {
      while (now < time) {
        while ((wakes.first()?.at ?? Infinity) <= now) wakes.pop();
        now = Math.min(time, Math.max(now, Math.min(coming.first()?.at ?? time, Math.ceil(wakes.first()?.at ?? time))));
        react(rehearsal.advance(now));
        for (let due = coming.first(); due !== undefined && due.at <= now; due = coming.first()) {
          coming.pop();
          deliver(due);
        }
      }
    },
  };
}

/** Defaults of fields that are left out when they are published. */
const filled: Readonly<Record<string, object>> = {
  'muster.task-results.v1': { startedAt: null, cost: 0, attributes: {} },
  'muster.task-measurements.v1': { faultType: '', latencyMs: 0, cost: 0, pattern: '', strategy: '' },
};

/** The earliest first, those of one time in the order in which they were put. */
function heap<E extends Timed>() {
  const items: E[] = [];
  const isBefore = (a: E, b: E): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
  const swap = (a: number, b: number): void => {
    [items[a], items[b]] = [items[b]!, items[a]!];
  };
  return {
    first: () => items[0],
    push(item: E): void {
      let at = items.push(item) - 1;
      for (let parent = (at - 1) >> 1; at > 0 && isBefore(items[at]!, items[parent]!); parent = (at - 1) >> 1) {
        swap(at, parent);
        at = parent;
      }
    },
    pop(): E | undefined {
      const [first] = items;
      const last = items.pop();
      if (last === undefined || items.length === 0) return first;
      items[0] = last;
      for (let at = 0; ;) {
        const [left, right] = [2 * at + 1, 2 * at + 2];
        let least = at;
        if (left < items.length && isBefore(items[left]!, items[least]!)) least = left;
        if (right < items.length && isBefore(items[right]!, items[least]!)) least = right;
        if (least === at) return first;
        swap(at, least);
        at = least;
      }
    },
  };
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
