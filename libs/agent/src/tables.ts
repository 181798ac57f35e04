import type { Bus, Following, FollowOptions } from '@muster/bus';
import { topicFor, type TopicName } from '@muster/schemas';
import type { Table } from './agent.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './logs.ts';

/**
 * The tables of an agent, which every instance reads and keeps up with: compacted topics whole; of others the newest value of each key
 * from the last few minutes.
 */
export interface LiveTables {
  readonly views: Readonly<Record<string, Table<unknown>>>;
  /** Why they can't be looked into yet. */
  readonly trouble: string | undefined;
  stop(deadlineMs: number): Promise<void>;
}

export interface LiveTable extends Table<unknown> {
  set(key: string, value: unknown): void;
}

/** How far back a table over a topic that is not compacted reaches. */
const recentMs = 10 * 60_000;

/** A table that is written by whoever reads its topic. */
export function liveTable(): LiveTable {
  const rows = new Map<string, unknown>();
  let version = 0;
  return {
    get: (key) => rows.get(key),
    values: () => rows.values(),
    get size() {
      return rows.size;
    },
    get version() {
      return version;
    },
    set(key, value) {
      if (value === undefined) rows.delete(key);
      else rows.set(key, value);
      version += 1;
    },
  };
}

/**
 * `reaches`: how far back the table of a topic that is not compacted reaches (ms), where the last ten minutes are not enough. Resolves once the tables
 * are being read; they are whole when `trouble` is undefined. A record that can't be read keeps the row it had.
 */
export async function followTables(
  bus: Bus,
  clock: Clock,
  topics: Readonly<Record<string, TopicName>>,
  log: Logger,
  lost: (fault: Error) => void,
  reaches: Readonly<Partial<Record<string, number>>> = {},
): Promise<LiveTables> {
  const tables = new Map([...new Set(Object.values(topics))].map((topic) => [topic as string, liveTable()]));
  const views = Object.fromEntries(
    Object.entries(topics).map(([name, topic]) => [name, tables.get(topic) ?? liveTable()]),
  );
  const begunAt = clock.now();
  const reachOf = (topic: string): number =>
    topicFor(topic).cleanup === 'compact' ? Infinity : (reaches[topic] ?? recentMs);
  const parts = await Promise.all(
    [...Map.groupBy(tables.keys(), reachOf)].map(([reachMs, topicsOfReach]) =>
      followRows(bus, {
        topics: topicsOfReach,
        from: reachMs === Infinity ? { at: 'beginning' } : { at: 'time', time: begunAt - reachMs },
        outdated: () => clock.now() - reachMs,
        tables,
        log,
        lost,
      }),
    ),
  );
  return {
    views,
    get trouble() {
      return parts.every(({ isWhole }) => isWhole()) ? undefined : 'reading its tables';
    },
    async stop(deadlineMs) {
      await Promise.all(parts.map(({ following }) => following.stop(deadlineMs)));
    },
  };
}

interface Rows {
  readonly topics: readonly string[];
  readonly from: FollowOptions['from'];
  readonly tables: ReadonlyMap<string, LiveTable>;
  readonly log: Logger;
  lost(fault: Error): void;
  /** Rows that came before (epoch ms) are dropped. */
  outdated(): number;
}

async function followRows(
  bus: Bus,
  { topics, from, tables, log, lost, outdated }: Rows,
): Promise<{ readonly following: Following; isWhole(): boolean }> {
  let isWhole = false;
  let behind: Promise<void> = Promise.resolve();
  let pending = 0;
  /** Oldest first, since the newest of a key is put at the end. */
  const cameAt = new Map<string, { readonly table: LiveTable; readonly key: string; readonly at: number }>();
  const note = (topic: string, key: string, at: number, value: unknown): void => {
    const table = tables.get(topic);
    if (table === undefined) return;
    table.set(key, value);
    const limit = outdated();
    if (limit === -Infinity) return;
    const row = `${topic} ${key}`;
    cameAt.delete(row);
    cameAt.set(row, { table, key, at });
    for (const [name, old] of cameAt) {
      if (old.at >= limit) break;
      old.table.set(old.key, undefined);
      cameAt.delete(name);
    }
  };
  const apply = (decoded: Awaited<ReturnType<Bus['decode']>>): void => {
    if (decoded.kind === 'message') {
      const { topic, key, timestamp, value } = decoded.message;
      note(topic, key, timestamp, value);
    } else if (decoded.kind === 'tombstone') tables.get(decoded.topic)?.set(decoded.key, undefined);
    else
      log.warn(
        { topic: decoded.record.topic, offset: decoded.record.offset, reason: decoded.reason },
        'a row can not be read; the one before stays',
      );
  };
  const following = await bus.log.follow({
    topics,
    from,
    records({ records }) {
      for (const record of records) {
        const decoded = bus.decode(record);
        if (!(decoded instanceof Promise) && pending === 0) {
          apply(decoded);
          continue;
        }
        // One row that waits for its schema makes those behind it wait too: the newest must win.
        pending += 1;
        behind = behind
          .then(async () => apply(await decoded))
          .catch((error: unknown) => lost(error instanceof Error ? error : new Error(String(error))))
          .finally(() => (pending -= 1));
      }
    },
    caughtUp() {
      void behind.then(() => (isWhole = true));
    },
    lost,
  });
  return { following, isWhole: () => isWhole };
}
