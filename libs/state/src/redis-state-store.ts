import { partitionKeys, agentPattern, leaseKey, scriptKeys } from './redis-keys.ts';
import { connectRedis, type StateLogger } from './redis-connection.ts';
import { commitScript, leaseScript, openScript, releaseScript } from './redis-scripts.ts';
import type { CommitResult, Fenced, Lost, Ownership, StateChange, StateStore } from './state-store.ts';

export interface RedisStateStoreOptions {
  /** `redis://` or `rediss://`, with user, password and database number where needed. */
  readonly url: string;
  /** Every call ends within it. `keys` and `clear` are many calls. */
  readonly commandTimeoutMs?: number;
  readonly logger?: StateLogger;
}

/**
 * State in Redis (6.2 or later; one server, or one with replicas behind an address). Connects at once and for ever anew; calls reject with
 * `StateUnavailableError` while it is away. Close it when done, or the process stays alive.
 */
export function redisStateStore({ url, commandTimeoutMs = 5_000, logger }: RedisStateStoreOptions): StateStore {
  const connection = connectRedis(url, commandTimeoutMs, logger);
  return {
    async open(ownership, { force = false } = {}) {
      const keys = scriptKeys(partitionKeys(ownership.agent, ownership.partition));
      const args = [String(ownership.generation), ownership.owner, force ? '1' : '0'];
      const reply = await connection.run(`open ${nameOf(ownership)}`, openScript, keys, args);
      const [kind, number, offsets, timers] = reply as ['open' | 'fenced', number, string[], string[]];
      if (kind === 'fenced') return { kind, generation: number };
      // Ours from here on: whoever had it before is refused by now.
      const { outbox } = partitionKeys(ownership.agent, ownership.partition);
      const waiting = await connection.call(`read the outbox of ${nameOf(ownership)}`, (redis) =>
        redis.hgetallBuffer(outbox),
      );
      return {
        kind,
        sequence: number,
        offsets: numbersOf(offsets),
        timers: numbersOf(timers),
        outbox: new Map(
          Object.entries(waiting)
            .map(([at, bytes]) => [Number(at), bytes] as const)
            .sort(([a], [b]) => a - b),
        ),
      };
    },

    async load(ownership, sequence, keys) {
      const { meta, states } = partitionKeys(ownership.agent, ownership.partition);
      const chunks = chunksOf(keys, 1_000);
      const [stored, ...entries] = await connection.call(`load from ${nameOf(ownership)}`, (redis) => {
        const reads = chunks.map((chunk) => redis.hmgetBuffer(states, ...chunk));
        // Asked last, answered last: meta that is in place after the reads was in place during them.
        const check = redis.hmget(meta, 'generation', 'owner', 'sequence');
        return Promise.all([check, ...reads]);
      });
      return refusalOf(ownership, sequence, stored) ?? { kind: 'loaded', entries: entries.flat() };
    },

    async commit(ownership, sequence, change) {
      const keys = scriptKeys(partitionKeys(ownership.agent, ownership.partition));
      const args = commitArguments(ownership, sequence, change);
      const reply = await connection.run(`commit to ${nameOf(ownership)}`, commitScript, keys, args);
      const [kind, number] = reply as [CommitResult['kind'], number];
      if (kind === 'committed') return { kind, sequence: number };
      return kind === 'fenced' ? { kind, generation: number } : { kind };
    },

    async keys(agent, partition) {
      const { states } = partitionKeys(agent, partition);
      const found = new Set<string>();
      let cursor = '0';
      do {
        const [next, pairs] = await connection.call(`list keys of ${agent}/${partition}`, (redis) =>
          redis.hscan(states, cursor, 'COUNT', 500),
        );
        for (let i = 0; i < pairs.length; i += 2) found.add(pairs[i]!);
        cursor = next;
      } while (cursor !== '0');
      return [...found];
    },

    async clear(agent) {
      let cursor = '0';
      do {
        const [next, keys] = await connection.call(`find keys of ${agent}`, (redis) =>
          redis.scan(cursor, 'MATCH', agentPattern(agent), 'COUNT', 1_000),
        );
        await connection.call(`clear ${agent}`, (redis) => Promise.all(keys.map((key) => redis.unlink(key))));
        cursor = next;
      } while (cursor !== '0');
    },

    async lease(name, owner, durationMs) {
      const args = [owner, String(durationMs)];
      const [kind] = await connection.run(`lease ${name}`, leaseScript, [leaseKey(name)], args);
      return kind === 'held';
    },

    async release(name, owner) {
      await connection.run(`release ${name}`, releaseScript, [leaseKey(name)], [owner]);
    },

    async ping() {
      await connection.call('ping', (redis) => redis.ping());
    },

    close: () => connection.close(),
  };
}

function nameOf({ agent, partition }: Ownership): string {
  return `${agent}/${partition}`;
}

/** The commit script's check for a read, where a sequence beyond ours is a commit of ours under way. */
function refusalOf(ownership: Ownership, sequence: number, stored: (string | null)[]): Fenced | Lost | undefined {
  const [generation, owner, storedSequence] = stored;
  if (typeof generation !== 'string' || Number(generation) < ownership.generation) return { kind: 'lost' };
  if (Number(generation) > ownership.generation || owner !== ownership.owner)
    return { kind: 'fenced', generation: Number(generation) };
  return Number(storedSequence) < sequence ? { kind: 'lost' } : undefined;
}

/** What `commitScript` takes. Plain arguments: packing them costs Redis more time than it saves here. */
function commitArguments(ownership: Ownership, sequence: number, change: StateChange): (string | Buffer)[] {
  const offsets: string[] = [];
  for (const [topic, offset] of change.offsets) offsets.push(topic, String(offset));
  const states: (string | Buffer)[] = [];
  const forgotten: string[] = [];
  for (const [key, bytes] of change.entries)
    if (bytes === null) forgotten.push(key);
    else states.push(key, bufferOf(bytes));
  const timers: string[] = [];
  const cancelled: string[] = [];
  for (const [key, at] of change.timers)
    if (at === null) cancelled.push(key);
    else timers.push(String(at), key);
  const leaving: (string | Buffer)[] = [];
  const left: string[] = [];
  for (const [number, bytes] of change.outbox)
    if (bytes === null) left.push(String(number));
    else leaving.push(String(number), bufferOf(bytes));
  const lists: (string | Buffer)[][] = [offsets, states, forgotten, timers, cancelled, leaving, left];
  const lengths = lists.map((list) => String(list.length));
  return [String(ownership.generation), ownership.owner, String(sequence), ...lengths, ...lists.flat()];
}

function bufferOf(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function numbersOf(pairs: readonly string[]): Map<string, number> {
  const numbers = new Map<string, number>();
  for (let i = 0; i < pairs.length; i += 2) numbers.set(pairs[i]!, Number(pairs[i + 1]));
  return numbers;
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
