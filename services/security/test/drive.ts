/** The agent's handlers, without a mesh: events and blocks in, time passes, what is published is kept. */
import type { HandlerContext, Outcome, Publication } from '@muster/agent';
import {
  keyOf,
  type Block,
  type BlockInput,
  type SecurityEventInput,
  type TargetLimit,
  type TopicName,
} from '@muster/schemas';
import { security } from '../src/agent.ts';
import type { AddressState } from '../src/address-state.ts';
import { settings, type Settings } from '../src/settings.ts';

export const beginAt = Date.UTC(2026, 10, 21, 8);
export const attacker = '203.0.113.7';

const eventDefaults = { outcome: 'UNKNOWN', actor: '', action: '', signs: [], count: 1, attributes: {} };
const blockDefaults = { reason: '', rule: '', offence: 1, target: '', changeId: null };

export function drive(config: Partial<Settings> = {}) {
  const configured = { ...settings.parse({}), operatorAddress: '', ...config };
  const entries = new Map<string, { state: unknown; wakeAt: number | null }>();
  const active = new Map<string, Block>();
  const limits = new Map<string, TargetLimit>();
  const tables = {
    blocks: active,
    limits,
  };
  const handlerOf = new Map(
    Object.entries(security.handlers).flatMap(([name, handler]) =>
      handler.topics.map((topic) => [topic, { name, handler }] as const),
    ),
  );
  const published: Publication[] = [];
  const rejected: string[] = [];
  let now = beginAt;
  let messages = 0;

  const contextOf = (name: string, state: unknown): HandlerContext<never, never, never> =>
    ({
      key: name.slice(name.indexOf(' ') + 1),
      state,
      now,
      config: configured,
      tables,
      newId: () => `id-${(messages += 1)}`,
    }) as unknown as HandlerContext<never, never, never>;

  const settle = (name: string, outcome: Outcome): void => {
    if (outcome.kind === 'rejected') rejected.push(outcome.reason);
    if (outcome.kind !== 'handled') return;
    const entry = entries.get(name) ?? { state: undefined, wakeAt: null };
    if (outcome.state !== undefined) entry.state = outcome.state ?? undefined;
    if (outcome.wakeAt !== undefined) entry.wakeAt = outcome.wakeAt;
    if (entry.state === undefined) entries.delete(name);
    else entries.set(name, entry);
    for (const publication of outcome.publish ?? []) {
      published.push(publication);
      const { topic, value, key } = publication;
      if (topic === 'muster.blocks.v1' && value === null) active.delete(key ?? '');
      else if (topic === 'muster.target-limits.v1' && value === null) limits.delete(key ?? '');
      else if (topic === 'muster.target-limits.v1') limits.set((value as TargetLimit).target, value as TargetLimit);
      else if (value !== null) hear(topic, value);
    }
  };

  const hear = (topic: TopicName, value: object, key?: string): void => {
    const found = handlerOf.get(topic);
    if (found === undefined) return;
    messages += 1;
    const id = `m${messages}`;
    const envelope = { id, time: now, source: 'test', correlationId: id, causationId: null };
    const whole = { ...(topic === 'muster.blocks.v1' ? blockDefaults : eventDefaults), ...value, envelope };
    const keyed = key ?? keyOf(topic, whole as never);
    if (topic === 'muster.blocks.v1') active.set(keyed, whole as unknown as Block);
    const name = `${found.name} ${keyed}`;
    const message = {
      topic,
      partition: 0,
      offset: messages,
      timestamp: now,
      key: keyed,
      id,
      value: whole,
      headers: {},
    };
    settle(name, found.handler.handle(message as never, contextOf(name, entries.get(name)?.state)) as Outcome);
  };

  const of = (topic: TopicName) => published.filter((each) => each.topic === topic);
  return {
    get now() {
      return now;
    },
    rejected,
    published,
    entries,
    tables,
    config: configured,
    /** Lets time pass, waking what asked for it. */
    pass(ms: number): void {
      const until = now + ms;
      for (;;) {
        const [name, entry] =
          [...entries].toSorted((a, b) => (a[1].wakeAt ?? Infinity) - (b[1].wakeAt ?? Infinity))[0] ?? [];
        if (name === undefined || entry === undefined || (entry.wakeAt ?? Infinity) > until) break;
        now = Math.max(now, entry.wakeAt ?? now);
        entry.wakeAt = null;
        const [handler = ''] = name.split(' ', 1);
        settle(name, security.handlers[handler]!.wake!(contextOf(name, entry.state)) as Outcome);
      }
      now = until;
    },
    event(over: Partial<SecurityEventInput> = {}): void {
      hear('muster.security-events.v1', {
        kind: 'LOGIN',
        outcome: 'FAILED',
        address: attacker,
        actor: 'root',
        target: 'gate',
        at: now,
        ...over,
      });
    },
    events(count: number, over: Partial<SecurityEventInput> = {}, everyMs = 1_000): void {
      for (let nth = 0; nth < count; nth += 1) {
        this.event(over);
        this.pass(everyMs);
      }
    },
    block(over: Partial<BlockInput>): void {
      hear('muster.blocks.v1', {
        address: attacker,
        status: 'ACTIVE',
        startsAt: now,
        endsAt: now + 3_600_000,
        decidedBy: 'ann',
        ...over,
      });
    },
    hear,
    limitsOf: (target: string) => limits.get(target)?.limits,
    get blocks() {
      return of('muster.blocks.v1').map(({ value }) => value as Block | null);
    },
    get alerts() {
      return of('muster.alerts.v1').map(
        ({ value }) => value as { status: string; severity: string; title: string; description: string },
      );
    },
    get requests() {
      return of('muster.change-requests.v1').map(({ value }) => value as { capability: string; input: string });
    },
    addressState: (address: string) => entries.get(`addresses ${address}`)?.state as AddressState | undefined,
  };
}
