/** Waits until the mesh has nothing left to do. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogAdmin } from '@muster/bus';
import { heardBy } from './cluster.ts';

const lookEveryMs = 500;

export interface Patience {
  /** Nothing new for so long means that nothing more will come. */
  readonly stillForMs: number;
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

/** Resolves with undefined when every group has handled all there is and nothing new has come for a while, or in the end with what is left, in a sentence. */
export async function awaitQuiet(
  admin: LogAdmin,
  { stillForMs, withinMs, signal }: Patience,
): Promise<string | undefined> {
  let still = { sum: -1, since: Date.now() };
  let left = 'nothing is known of the topics';
  for (const until = Date.now() + withinMs; Date.now() < until; await sleep(lookEveryMs, undefined, { signal })) {
    const backlog = await backlogOf(admin).catch(() => undefined);
    if (backlog === undefined) continue;
    if (backlog.sum !== still.sum) still = { sum: backlog.sum, since: Date.now() };
    left = backlog.lags.join(', ') || 'new messages go on coming';
    if (backlog.lags.length === 0 && Date.now() - still.since >= stillForMs) return undefined;
  }
  return `after ${withinMs / 1_000} s: ${left}`;
}

interface Backlog {
  /** Records of all topics. */
  readonly sum: number;
  /** Those that a group has not handled, summed over the groups. */
  readonly lag: number;
  /** The same for each group and topic that is behind, in words. */
  readonly lags: readonly string[];
}

export async function backlogOf(admin: LogAdmin): Promise<Backlog> {
  let sum = 0;
  let total = 0;
  const lags: string[] = [];
  for (const [group, topics] of Object.entries(heardBy)) {
    const committed = new Map(
      (await admin.committed(group, topics)).map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]),
    );
    for (const topic of topics) {
      let lag = 0;
      for (const { partition, beginning, end } of await admin.offsets(topic)) {
        sum += end;
        lag += Math.max(0, end - Math.max(beginning, committed.get(`${topic}/${partition}`) ?? 0));
      }
      total += lag;
      if (lag > 0) lags.push(`${group} has ${lag} of ${topic} before it`);
    }
  }
  return { sum, lag: total, lags };
}
