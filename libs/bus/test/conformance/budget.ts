/** What a client may cost and take. The budgets are so wide that only a client which does something wrong misses them. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { numbered } from './scene.ts';
import type { ObservedMember, Scene } from './scene.ts';

/** Some milliseconds are usual; a client that waits for a fetch to run out, or for a timer, takes hundreds. */
const LATENCY_BUDGET_MS = 200;
const MOMENT_MS = 500;
const MOMENTS = 10;
/** Some 20 are usual; a client that polls or re-arms a timer has hundreds. */
const WAKE_UPS_PER_SECOND = 150;

export function budgetBehaviour(scene: Scene): void {
  /** Of 31 records, one after the other, from the call of `append` until they are handed over: the median, in ms. */
  const latencyOf = async (member: ObservedMember, topic: string, partition: number) => {
    const log = scene.connect();
    const latencies: number[] = [];
    for (let i = 0; i < 31; i++) {
      const { length } = member.records;
      const since = performance.now();
      const appended = log.append(numbered(topic, partition, 1, `${i}-`));
      await scene.eventually(() => expect(member.records.length).toBe(length + 1));
      latencies.push(performance.now() - since);
      await appended;
    }
    return latencies.toSorted((a, b) => a - b)[15]!;
  };

  describe('budget', () => {
    test('a record is handed over at once', async () => {
      const topic = await scene.topic(2);
      const member = await scene.join(scene.connect(), { group: scene.unique('group'), topics: [topic] });
      await scene.eventually(() => expect(member.holding).toBeDefined());
      expect(await latencyOf(member, topic, 0)).toBeLessThan(LATENCY_BUDGET_MS);
    });

    test('a paused partition full of records slows no other', async () => {
      const topic = await scene.topic(2);
      const member = await scene.join(scene.connect(), { group: scene.unique('group'), topics: [topic] });
      await scene.eventually(() => expect(member.holding).toBeDefined());
      member.membership.pause([{ topic, partition: 1 }]);
      await scene.connect().append(numbered(topic, 1, 500));
      expect(await latencyOf(member, topic, 0)).toBeLessThan(LATENCY_BUDGET_MS);
    });

    test('who has nothing to do lets the process sleep', async () => {
      const topic = await scene.topic(4);
      const log = scene.connect();
      const member = await scene.join(log, { group: scene.unique('group'), topics: [topic], heartbeatIntervalMs: 500 });
      await scene.follow(log, { topics: [topic], from: { at: 'end' } });
      await log.append(numbered(topic, 0, 1));
      await scene.eventually(() => expect(member.records).toHaveLength(1));
      // The quietest moment of some, because the process has its own affairs too: a garbage collection in steps, a busy machine.
      let quietest = Infinity;
      for (let moment = 0; moment < MOMENTS && quietest >= WAKE_UPS_PER_SECOND; moment++) {
        const before = loops();
        await sleep(MOMENT_MS);
        quietest = Math.min(quietest, ((loops() - before) * 1_000) / MOMENT_MS);
      }
      expect(quietest).toBeLessThan(WAKE_UPS_PER_SECOND);
    });
  });
}

/** Turns of the event loop so far: how often the process had a reason to wake up. */
const loops = (): number => performance.nodeTiming.uvMetricsInfo.loopCount;
