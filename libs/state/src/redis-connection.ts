/**
 * A connection to Redis that comes back by itself, and calls on it that end in time: with an answer or with a `StateUnavailableError`.
 */
import { delayAfter, messageOf } from '@muster/resilience';
import { Redis } from 'ioredis';
import type { RedisScript } from './redis-scripts.ts';
import { StateUnavailableError } from './state-store.ts';

export interface StateLogger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

export interface RedisConnection {
  /**
   * Calls Redis, once the connection is there. `work` holds commands only: whatever it throws counts as Redis' failure. Nothing is queued
   * while Redis is away: a call that found no connection in time was never sent.
   */
  call<T>(what: string, work: (redis: Redis) => Promise<T>): Promise<T>;
  /** Runs a script by its hash; sends its text where Redis doesn't know it (any more). */
  run(
    what: string,
    script: RedisScript,
    keys: readonly string[],
    args: readonly (string | Buffer)[],
  ): Promise<unknown[]>;
  close(): Promise<void>;
}

/** Error replies of a server that is starting, failing over, full or busy; any other one is our mistake or the set-up's. */
const passingReply = /^(LOADING|BUSY|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|OOM|MISCONF) /;

const reconnecting = { initialMs: 50, factor: 2, maxMs: 2_000 };

export function connectRedis(url: string, commandTimeoutMs: number, logger?: StateLogger): RedisConnection {
  const server = new URL(url).host;
  const redis = new Redis(url, {
    connectTimeout: commandTimeoutMs,
    // A connection that stays silent with a command pending is dead, whatever TCP says.
    socketTimeout: commandTimeoutMs,
    retryStrategy: (attempt) => delayAfter(reconnecting, Math.min(attempt, 20)) ?? reconnecting.maxMs,
    // A command whose answer is lost fails now: only the caller knows whether it may be sent again.
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });

  let line: 'away' | 'ready' | 'closed' = 'away';
  let lastProblem: string | undefined;
  let ready = Promise.withResolvers<void>();
  redis.on('ready', () => {
    if (lastProblem !== undefined) logger?.info({ server }, `Redis at ${server} can be reached again.`);
    lastProblem = undefined;
    line = 'ready';
    ready.resolve();
    if (logger !== undefined) void warnOfEviction(redis, server, logger);
  });
  redis.on('close', () => {
    if (line !== 'ready') return;
    line = 'away';
    ready = Promise.withResolvers();
  });
  redis.on('error', (error) => {
    const problem = messageOf(error);
    if (problem !== lastProblem)
      logger?.warn({ server, problem }, `Redis at ${server} cannot be reached (${problem}); trying again.`);
    lastProblem = problem;
  });

  async function call<T>(what: string, work: (redis: Redis) => Promise<T>): Promise<T> {
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => deadline.reject(new Error(lastProblem ?? `no answer within ${commandTimeoutMs} ms`)),
      commandTimeoutMs,
    );
    try {
      if (line === 'away') await Promise.race([ready.promise, deadline.promise]);
      return await Promise.race([work(redis), deadline.promise]);
    } catch (error) {
      const outage = {
        away: lastProblem ?? 'the connection was lost',
        ready: undefined,
        closed: 'the store was closed',
      };
      throw failureOf(error, what, server, outage[line]);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    call,
    run(what, script, keys, args) {
      const rest = [keys.length, ...keys, ...args];
      return call(what, async () => {
        try {
          return (await redis.call('EVALSHA', [script.sha, ...rest])) as unknown[];
        } catch (error) {
          if (!messageOf(error).startsWith('NOSCRIPT')) throw error;
          return (await redis.call('EVAL', [script.lua, ...rest])) as unknown[];
        }
      });
    },
    async close() {
      line = 'closed';
      redis.disconnect();
      // Calls that wait for a connection go on, and are told that there will be none.
      ready.resolve();
    },
  };
}

/** Leaves the client's own error behind: it carries all arguments of its command, megabytes of state. */
function failureOf(error: unknown, what: string, server: string, outage: string | undefined): Error {
  const message = messageOf(error);
  if (error instanceof Error && error.name === 'ReplyError' && !passingReply.test(message))
    return new Error(`Redis at ${server} refused to ${what}: ${message}`);
  return new StateUnavailableError(`Could not ${what} in Redis at ${server}: ${outage ?? message}. Try again.`);
}

/** Under an `allkeys-*` policy a full Redis drops keys one by one: states would vanish while their offsets stay. */
async function warnOfEviction(redis: Redis, server: string, logger: StateLogger): Promise<void> {
  const memory = await redis.info('memory').catch(() => '');
  const policy = /^maxmemory_policy:(allkeys-\S+)/m.exec(memory)?.[1];
  if (policy !== undefined)
    logger.warn(
      { server, policy },
      `Redis at ${server} evicts single keys when it is full (maxmemory-policy ${policy}), which breaks stored state. Set noeviction.`,
    );
}
