/** Security events through the agent's own handlers, without a mesh: state by key, wake-ups in order of time, blocks as they are published. */
import type { HandlerContext, Outcome } from '@muster/agent';
import type { Sighting } from '@muster/ingest';
import { keyOf, type Block, type TargetLimit, type TopicName } from '@muster/schemas';
import { security, settings } from '@muster/security';

interface Entry {
  state: unknown;
  wakeAt: number | null;
}

export interface BlockMade {
  readonly address: string;
  readonly rule: string;
  readonly at: number;
  readonly endsAt: number;
}

export interface SecurityRun {
  /** What happened, at the time it says, as if it had come at once. */
  hear(event: Sighting): void;
  readonly blocks: readonly BlockMade[];
  readonly alerts: number;
  readonly changeRequests: number;
  /** Addresses and actors with a state. */
  readonly keys: number;
  isBlocked(address: string, at: number): boolean;
}

const eventDefaults = { outcome: 'UNKNOWN', actor: '', action: '', signs: [], count: 1, attributes: {} };

export function securityRun(config: Partial<ReturnType<typeof settings.parse>> = {}): SecurityRun {
  const configured = { ...settings.parse({}), operatorAddress: '', ...config };
  const entries = new Map<string, Entry>();
  const active = new Map<string, Block>();
  const blocks: BlockMade[] = [];
  const limits = new Map<string, TargetLimit>();
  const tables = { blocks: active, limits };
  const handlerOf = new Map(
    Object.entries(security.handlers).flatMap(([name, handler]) =>
      handler.topics.map((topic) => [topic, { name, handler }] as const),
    ),
  );
  let messages = 0;
  let alerts = 0;
  let changeRequests = 0;

  const context = (key: string, state: unknown, now: number): HandlerContext<never, never, never> =>
    ({ key, state, now, config: configured, tables, newId: () => `id-${messages}` }) as unknown as HandlerContext<
      never,
      never,
      never
    >;

  const settle = (name: string, outcome: Outcome, now: number): void => {
    if (outcome.kind === 'rejected') throw new Error(outcome.reason);
    if (outcome.kind !== 'handled') return;
    const entry = entries.get(name) ?? { state: undefined, wakeAt: null };
    if (outcome.state !== undefined) entry.state = outcome.state ?? undefined;
    if (outcome.wakeAt !== undefined) entry.wakeAt = outcome.wakeAt;
    if (entry.state === undefined) entries.delete(name);
    else entries.set(name, entry);
    for (const { topic, value, key } of outcome.publish ?? []) {
      if (topic === 'muster.alerts.v1') alerts += 1;
      else if (topic === 'muster.change-requests.v1') changeRequests += 1;
      else if (topic === 'muster.blocks.v1') noteBlock(value as Block | null, key ?? '', now);
      else if (topic === 'muster.target-limits.v1') noteLimits(value as TargetLimit | null, key ?? '');
      else if (value !== null) take(topic, value, now);
    }
  };

  const noteBlock = (block: Block | null, key: string, now: number): void => {
    if (block === null) return void active.delete(key);
    active.set(block.address, block);
    blocks.push({ address: block.address, rule: block.rule, at: now, endsAt: block.endsAt });
    take('muster.blocks.v1', block, now);
  };

  const noteLimits = (limit: TargetLimit | null, key: string): void => {
    if (limit === null) limits.delete(key);
    else limits.set(limit.target, limit);
  };

  const take = (topic: TopicName, input: object, now: number): void => {
    const found = handlerOf.get(topic);
    if (found === undefined) return;
    messages += 1;
    const key = keyOf(topic, input as never);
    const name = `${found.name} ${key}`;
    const due = entries.get(name);
    if (due?.wakeAt !== null && due !== undefined && due.wakeAt <= now && found.handler.wake !== undefined) {
      const at = due.wakeAt;
      due.wakeAt = null;
      settle(name, found.handler.wake(context(key, due.state, at)) as Outcome, at);
    }
    const envelope = {
      id: `m${messages}`,
      time: now,
      source: 'bench',
      correlationId: `c${messages}`,
      causationId: null,
    };
    const value = { ...eventDefaults, ...input, envelope };
    const message = { topic, partition: 0, offset: messages, timestamp: now, key, id: envelope.id, value, headers: {} };
    settle(name, found.handler.handle(message as never, context(key, entries.get(name)?.state, now)) as Outcome, now);
  };

  return {
    hear: (event) => take('muster.security-events.v1', event, event.at),
    blocks,
    get alerts() {
      return alerts;
    },
    get changeRequests() {
      return changeRequests;
    },
    get keys() {
      return entries.size;
    },
    isBlocked: (address, at) => {
      const block = active.get(address);
      return block !== undefined && block.endsAt > at;
    },
  };
}
