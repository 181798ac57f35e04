import type { Bus, Following } from '@muster/bus';
import type { TopicName } from '@muster/schemas';
import type { Table } from './agent.ts';
import type { Logger } from './logs.ts';

/** The tables of an agent: compacted topics that every instance reads whole and keeps up with. */
export interface LiveTables {
  readonly views: Readonly<Record<string, Table<unknown>>>;
  /** Why they can't be looked into yet. */
  readonly trouble: string | undefined;
  stop(deadlineMs: number): Promise<void>;
}

export interface LiveTable extends Table<unknown> {
  set(key: string, value: unknown): void;
}

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

/** Resolves once the tables are being read; they are whole when `trouble` is undefined. A record that can't be read keeps the row it had. */
export async function followTables(
  bus: Bus,
  topics: Readonly<Record<string, TopicName>>,
  log: Logger,
  lost: (fault: Error) => void,
): Promise<LiveTables> {
  const tables = new Map([...new Set(Object.values(topics))].map((topic) => [topic as string, liveTable()]));
  const views = Object.fromEntries(
    Object.entries(topics).map(([name, topic]) => [name, tables.get(topic) ?? liveTable()]),
  );
  if (tables.size === 0) return { views, trouble: undefined, stop: () => Promise.resolve() };

  let isWhole = false;
  let behind: Promise<void> = Promise.resolve();
  let pending = 0;
  const apply = (decoded: Awaited<ReturnType<Bus['decode']>>): void => {
    if (decoded.kind === 'message') tables.get(decoded.message.topic)?.set(decoded.message.key, decoded.message.value);
    else if (decoded.kind === 'tombstone') tables.get(decoded.topic)?.set(decoded.key, undefined);
    else
      log.warn(
        { topic: decoded.record.topic, offset: decoded.record.offset, reason: decoded.reason },
        'a row can not be read; the one before stays',
      );
  };
  const following: Following = await bus.log.follow({
    topics: [...tables.keys()],
    from: { at: 'beginning' },
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
  return {
    views,
    get trouble() {
      return isWhole ? undefined : 'reading its tables';
    },
    stop: (deadlineMs) => following.stop(deadlineMs),
  };
}
