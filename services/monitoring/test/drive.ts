import type { HandlerContext, Outcome } from '@muster/agent';
import { bareRule } from '@muster/policy';
import {
  keyOf,
  type AlertInput,
  type MetricSample,
  type Policy,
  type Rule,
  type Target,
  type TopicName,
} from '@muster/schemas';
import { tableOf } from '@muster/testkit';
import { monitoring } from '../src/agent.ts';
import type { SeriesState } from '../src/series-state.ts';
import { settings, type Settings } from '../src/settings.ts';

export type Told = AlertInput & { readonly correlationId: string | undefined; readonly toldAt: number };

export const beginAt = Date.UTC(2026, 0, 5, 8);

const envelope = { id: 'e', time: beginAt, source: 'test', correlationId: 'c', causationId: null };

export function policyOf(rules: readonly Partial<Rule>[], over: Partial<Policy> = {}): Policy {
  const filled = rules.map((rule, index): Rule => ({
    ...bareRule,
    ruleId: `rule-${index + 1}`,
    when: 'false',
    verdict: 'ALERT',
    ...rule,
  }));
  return {
    envelope,
    policyId: 'p',
    version: 1,
    agent: 'monitoring',
    description: '',
    isEnabled: true,
    rules: filled,
    ...over,
  };
}

export function targetOf(target: string, over: Partial<Target> = {}): Target {
  return { envelope, target, description: '', owner: '', tier: 'STANDARD', dependsOn: [], labels: {}, ...over };
}

interface Entry {
  state: unknown;
  wakeAt: number | null;
}

/**
 * Runs the agent's handlers as the runtime does, one message at a time: keys with their state, wake-ups before what the log took in later.
 * Time goes only forward.
 */
export function drive(config: Partial<Settings> = {}, { isFrozen = false } = {}) {
  const configured = { ...settings.parse({}), ...config };
  const targets = tableOf<Target>(({ target }) => target);
  const policies = tableOf<Policy>(({ policyId }) => policyId);
  const entries = new Map<string, Entry>();
  const told: Told[] = [];
  const rejected: string[] = [];
  let now = beginAt;
  let messages = 0;
  let wakes = 0;
  let wishes = 0;

  const settle = (name: string, outcome: Outcome): void => {
    if (outcome.kind === 'rejected') rejected.push(outcome.reason);
    if (outcome.kind !== 'handled') return;
    const entry = entries.get(name) ?? { state: undefined, wakeAt: null };
    entries.set(name, entry);
    if (outcome.state !== undefined) entry.state = outcome.state ?? undefined;
    if (isFrozen) deepFreeze(entry.state);
    if (outcome.wakeAt !== undefined) {
      entry.wakeAt = outcome.wakeAt;
      wishes += 1;
    }
    for (const { value, correlationId } of outcome.publish ?? [])
      told.push({ ...(value as AlertInput), correlationId, toldAt: now });
  };

  const contextOf = (
    key: string,
    entry: Entry | undefined,
    input: string,
  ): HandlerContext<never, never, Record<string, TopicName>> => {
    let ids = 0;
    const context = {
      key,
      state: entry?.state,
      now,
      config: configured,
      tables: { targets, policies },
      newId: () => `${input}-${(ids += 1)}`,
    };
    return context as unknown as HandlerContext<never, never, Record<string, TopicName>>;
  };

  const hear = (
    handler: string,
    topic: TopicName,
    key: string,
    value: { envelope: MetricSample['envelope'] },
  ): void => {
    const name = `${handler} ${key}`;
    messages += 1;
    const message = {
      topic,
      partition: 0,
      offset: messages,
      timestamp: now,
      key,
      id: `m${messages}`,
      value,
      headers: {},
    };
    if (isFrozen) deepFreeze(message);
    const outcome = monitoring.handlers[handler]!.handle(
      message as never,
      contextOf(key, entries.get(name), message.id),
    );
    settle(name, outcome as Outcome);
  };

  return {
    targets,
    policies,
    told,
    rejected,
    get now() {
      return now;
    },
    get wakes() {
      return wakes;
    },
    /** How often a wake-up was asked for or called off. */
    get wishes() {
      return wishes;
    },
    entries,
    /** Lets time pass, waking what asked for it. */
    until(time: number): void {
      for (;;) {
        const due = [...entries].filter(([, { wakeAt }]) => wakeAt !== null && wakeAt <= time);
        const [first] = due.toSorted(([, a], [, b]) => a.wakeAt! - b.wakeAt!);
        if (first === undefined) break;
        const [name, entry] = first;
        const [handler = '', key = ''] = name.split(' ', 2);
        now = Math.max(now, entry.wakeAt!);
        const input = `wake ${name} ${entry.wakeAt}`;
        entry.wakeAt = null;
        wakes += 1;
        settle(name, monitoring.handlers[handler]!.wake!(contextOf(key, entry, input)) as Outcome);
      }
      now = Math.max(now, time);
    },
    /** Lets time pass without waking anybody: for many keys that want nothing. */
    skip(ms: number): void {
      now += ms;
    },
    /** A sample that the log takes in now; `at` is when its producer says it was taken. */
    sample(over: Partial<MetricSample>): void {
      const value: MetricSample = {
        envelope: { ...envelope, id: `m${messages + 1}`, correlationId: `c${messages + 1}` },
        target: 'shop',
        name: 'latency_ms',
        value: 100,
        unit: 'ms',
        labels: {},
        category: 'PERFORMANCE',
        at: now,
        ...over,
      };
      hear('series', 'muster.metrics.v1', keyOf('muster.metrics.v1', value), value);
    },
    /** A new version of a policy: the table has it, and the handler hears it. */
    policy(policy: Policy): void {
      policies.put(policy);
      hear('policies', 'muster.policies.v1', policy.policyId, policy);
    },
    stateOf(key: string): SeriesState | undefined {
      return entries.get(`series ${key}`)?.state as SeriesState | undefined;
    },
  };
}

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
}

export type Drive = ReturnType<typeof drive>;

/** Noise that is the same in every run: about normal, mean 0, standard deviation 1. */
export function noise(seed: number): () => number {
  let state = seed;
  const next = (): number => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
  return () =>
    next() + next() + next() + next() + next() + next() + next() + next() + next() + next() + next() + next() - 6;
}

/** Feeds `count` samples, one every `everyMs`, with values by index. */
export function feed(
  run: Drive,
  count: number,
  value: (index: number) => number,
  over: Partial<MetricSample> = {},
  everyMs = 10_000,
): void {
  for (let index = 0; index < count; index += 1) {
    run.until(run.now + everyMs);
    run.sample({ value: value(index), ...over });
  }
}
