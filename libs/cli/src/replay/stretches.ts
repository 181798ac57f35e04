/** What a replay reads of which topic, and what of that is gone. */
import type { AgentDefinition } from '@muster/agent';
import type { Bus } from '@muster/bus';
import { topicFor } from '@muster/schemas';
import type { TopicName } from '@muster/schemas';
import type { Stretch } from './read-in-order.ts';

export interface Range {
  /** Epoch ms by the log's clock, `to` excluded. */
  readonly from: number;
  readonly to: number;
}

/** What a topic is read for. */
export interface Role {
  readonly topic: TopicName;
  /** From when on its messages are heard, epoch ms; undefined: not heard. */
  readonly heardFrom: number | undefined;
  readonly isTable: boolean;
  /** Whether the agent's own messages are looked for there. */
  readonly isOutput: boolean;
}

/** An agent's answer comes soon after what led to it; later than this after the end of the range it is not looked for. */
export const answerWithinMs = 15 * 60_000;

export interface RoleOptions {
  /** Instead of how far back the handlers say that their state reaches, ms. */
  readonly warmUpMs: number | undefined;
  readonly isCompared: boolean;
  /** Topics that are replaced by something else. */
  readonly without: readonly TopicName[];
}

export function rolesOf(
  definition: AgentDefinition,
  { from }: Range,
  { warmUpMs, isCompared, without }: RoleOptions,
): Role[] {
  const heardFrom = new Map<TopicName, number>();
  for (const { topics, horizon } of Object.values(definition.handlers)) {
    const reach = warmUpMs ?? (horizon === 'all' ? Infinity : horizon);
    for (const topic of topics) heardFrom.set(topic, Math.max(0, from - reach));
  }
  const tables = new Set<TopicName>(Object.values(definition.tables));
  const outputs = new Set<TopicName>(isCompared ? definition.publishes : []);
  const read = [...new Set([...heardFrom.keys(), ...tables, ...outputs])].filter((topic) => !without.includes(topic));
  return read.map((topic) => ({
    topic,
    heardFrom: heardFrom.get(topic),
    isTable: tables.has(topic),
    isOutput: outputs.has(topic),
  }));
}

export interface Plan {
  readonly stretches: readonly Stretch[];
  /** How many records that is at the most. */
  readonly size: number;
  /** Heard topics of which retention has removed a part. */
  readonly cut: ReadonlySet<TopicName>;
}

/** Asks the log where the stretches begin and end. */
export async function planOf(bus: Bus, roles: readonly Role[], range: Range, now: number): Promise<Plan> {
  const planned = [];
  // One after the other: the admin client of kafkajs trips over its own metadata when asked several things at once.
  for (const role of roles) planned.push(await stretchOf(bus, role, range, now));
  return {
    stretches: planned.map(({ stretch }) => stretch),
    size: planned.reduce((sum, { size }) => sum + size, 0),
    cut: new Set(planned.filter(({ isCut }) => isCut).map(({ stretch }) => stretch.topic)),
  };
}

async function stretchOf(
  { log: { admin } }: Bus,
  { topic, heardFrom, isTable, isOutput }: Role,
  { from: rangeFrom, to }: Range,
  now: number,
): Promise<{ readonly stretch: Stretch; readonly size: number; readonly isCut: boolean }> {
  const startAt = isTable ? 0 : Math.min(heardFrom ?? Infinity, isOutput ? rangeFrom : Infinity);
  const endAt = isOutput ? to + answerWithinMs : to;
  const offsetsAt = async (time: number): Promise<ReadonlyMap<number, number>> =>
    new Map((await admin.offsetsAt(topic, time)).map(({ partition, offset }) => [partition, offset]));
  const bounds = await admin.offsets(topic);
  const starts = startAt > 0 ? await offsetsAt(startAt) : new Map<number, number>();
  const stops = endAt < now ? await offsetsAt(endAt) : new Map<number, number>();
  let [size, isCut] = [0, false];
  const ends = new Map<number, number>();
  for (const { partition, beginning, end } of bounds) {
    const start = Math.max(beginning, starts.get(partition) ?? 0);
    const stop = Math.min(end, stops.get(partition) ?? end);
    if (beginning > 0 && start === beginning) isCut = true;
    size += Math.max(0, stop - start);
    ends.set(partition, stop > start ? stop : 0);
  }
  const from: Stretch['from'] = startAt > 0 ? { at: 'time', time: startAt } : { at: 'beginning' };
  const isTelemetry = heardFrom !== undefined && topicFor(topic).cleanup !== 'compact';
  return { stretch: { topic, from, ends }, size, isCut: isCut && isTelemetry };
}
