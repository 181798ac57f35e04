/** Approval without a mesh: what it publishes comes back to it, at times that the test says. */
import { rehearse } from '@muster/agent';
import type { Message } from '@muster/bus';
import { isWaiting } from '@muster/policy';
import {
  keyOf,
  schemaOf,
  topicFor,
  type AuditRecord,
  type ChangeRequestInput,
  type Decision,
  type FlagInput,
  type PolicyInput,
  type ReviewInput,
  type TargetInput,
  type TopicInputs,
  type TopicName,
} from '@muster/schemas';
import { approval } from '../src/agent.ts';

const ruled = (rule: PolicyInput['rules'][number]): PolicyInput['rules'][number] => ({
  description: '',
  weight: 0,
  reviewers: 1,
  roles: [],
  input: {},
  ...rule,
});
const heard = new Set<string>(Object.values(approval.handlers).flatMap(({ topics }) => topics));

export interface Drive {
  /** Publishes as somebody else would, at the present time, and lets approval do what follows. */
  publish<T extends TopicName>(topic: T, value: TopicInputs[T], id?: string): void;
  request(change?: Partial<ChangeRequestInput>): void;
  review(reviewer: string, verdict: 'APPROVE' | 'DENY', change?: Partial<ReviewInput>): void;
  flag(flag: string, change?: Partial<FlagInput>): void;
  policy(rules: PolicyInput['rules'], change?: Partial<PolicyInput>): void;
  target(target: string, change?: Partial<TargetInput>): void;
  /** A run that carries out a change ends. */
  end(changeId: string, kind: 'RUN_COMPLETED' | 'RUN_COMPENSATED' | 'RUN_FAILED' | 'RUN_CANCELLED'): void;
  /** Takes up to so many messages that wait, in a drive that picks. */
  drain(most?: number): void;
  /** Lets time pass. */
  pass(ms: number): void;
  readonly now: () => number;
  /** All that approval published, in order. */
  said<T extends TopicName>(topic: T): Message<T>['value'][];
  decisions(changeId?: string): Decision[];
  audit(changeId?: string): AuditRecord[];
  /** Reasons for which messages were passed over. */
  readonly ignored: readonly string[];
  /** All messages so far, in their order, for another drive to take. */
  readonly log: readonly Message[];
  /** Takes messages as they are on a log, publishing nothing: a rebuild. */
  rebuild(log: readonly Message[]): void;
}

/** `pick`: takes messages of several topics in an order of its own, and only when time passes or `drain` says so. */
export function drive(
  config: Readonly<Record<string, unknown>> = {},
  pick?: (queues: readonly Message[][]) => Message[],
): Drive {
  const rehearsal = rehearse(approval, { config: approval.config.parse(config) });
  const log: Message[] = [];
  const said = new Map<string, Message[]>();
  const ignored: string[] = [];
  let now = Date.UTC(2026, 0, 7, 12);
  let count = 0;

  // What is published on a topic is taken in its order; between topics there is none, unless nobody picks: then it is one for all.
  const waiting = new Map<string, Message[]>();
  let isTaking = false;
  const take = (message: Message): void => {
    const queue = pick === undefined ? 'all' : message.topic;
    const before = waiting.get(queue) ?? [];
    before.push(message);
    waiting.set(queue, before);
    if (pick === undefined) drain();
  };
  /** Takes up to `most` of what waits. */
  const drain = (most = Infinity): void => {
    if (isTaking) return;
    isTaking = true;
    for (let taken = 0; taken < most; taken += 1) {
      const queues = [...waiting.values()].filter(({ length }) => length > 0);
      const next = (pick === undefined ? queues[0] : queues.length === 0 ? undefined : pick(queues))?.shift();
      if (next === undefined) break;
      log.push(next);
      follow(rehearsal.take(next), false);
    }
    isTaking = false;
  };
  const follow = (done: ReturnType<typeof rehearsal.take>, isMuted: boolean): void => {
    for (const { outcome, publications, hearer, key } of done) {
      if (outcome.kind === 'failed') throw outcome.fault;
      if (outcome.kind === 'rejected') throw new Error(`${hearer} ${key}: ${outcome.reason}`);
      if (outcome.kind === 'ignored') ignored.push(outcome.reason);
      if (isMuted) continue;
      for (const { topic, value, envelope } of publications) {
        const message = messageOf(topic, { ...(value as object), envelope }, envelope.id);
        const before = said.get(topic) ?? [];
        before.push(message);
        said.set(topic, before);
        if (heard.has(topic)) take(message);
      }
    }
  };
  const messageOf = (topic: TopicName, fields: object, id: string): Message => {
    const { fields: known } = schemaOf(topicFor(topic).record) as { fields: { name: string; default?: unknown }[] };
    const defaults = Object.fromEntries(known.filter((field) => 'default' in field).map((f) => [f.name, f.default]));
    const value = { ...defaults, ...fields } as never;
    const key = keyOf(topic, value);
    return { topic, partition: 0, offset: log.length, timestamp: now, key, id, value, headers: {} } as Message;
  };

  const publish: Drive['publish'] = (topic, value, id = `m${(count += 1)}`) => {
    const envelope = { id, time: now, source: 'test', correlationId: `c-${id}`, causationId: null };
    take(messageOf(topic, { ...value, envelope }, id));
  };
  const values = (topic: TopicName): never[] => (said.get(topic) ?? []).map(({ value }) => value as never);

  return {
    publish,
    request: (change = {}) =>
      publish('muster.change-requests.v1', {
        changeId: 'chg-1',
        title: 'Restart shop',
        target: 'shop',
        changeClass: 'restart',
        capability: 'recovery.restart',
        blastRadius: 0.5,
        requestedBy: 'coordinator',
        incidentId: 'inc-1',
        ...change,
      }),
    review: (reviewer, verdict, change = {}) =>
      publish('muster.reviews.v1', { changeId: 'chg-1', reviewer, verdict, ...change }),
    flag: (flag, change = {}) => publish('muster.flags.v1', { flag, isOn: true, ...change }),
    policy: (rules, change = {}) =>
      publish('muster.policies.v1', {
        policyId: 'p',
        version: 1,
        agent: 'approval',
        rules: rules.map(ruled),
        ...change,
      }),
    target: (target, change = {}) => publish('muster.topology.v1', { target, tier: 'STANDARD', ...change }),
    end(changeId, kind) {
      const event = { workflowId: `run-${changeId}`, happenedAt: now, text: '', changeId } as const;
      publish('muster.workflow-events.v1', { ...event, sequence: 1, kind: 'RUN_STARTED' });
      publish('muster.workflow-events.v1', { ...event, sequence: 2, kind });
    },
    drain,
    pass(ms) {
      drain();
      const until = now + ms;
      while (now < until) {
        const wakes = [...rehearsal.states().values()].map(({ wakeAt }) => wakeAt ?? Infinity);
        now = Math.min(until, ...wakes.filter((at) => at > now));
        follow(rehearsal.advance(now), false);
        drain();
      }
    },
    now: () => now,
    said: (topic) => values(topic),
    decisions: (changeId = 'chg-1') =>
      values('muster.decisions.v1').filter((each: Decision) => each.changeId === changeId),
    audit: (changeId = 'chg-1') =>
      values('muster.audit.v1').filter(
        (each: AuditRecord) => each.subject === `approval/${changeId}` && !isWaiting(each),
      ),
    ignored,
    log,
    rebuild(past) {
      // What is published from now on has ids of its own.
      count += past.length;
      for (const message of past) {
        now = message.timestamp;
        log.push(message);
        follow(rehearsal.take(message), true);
      }
    },
  };
}
