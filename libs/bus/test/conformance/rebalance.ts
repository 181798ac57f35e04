import { describe, expect, test } from 'vitest';
import type { Assignment } from '../../src/log.ts';
import { fromCommitted, numbered, valuesOf } from './scene.ts';
import type { Scene } from './scene.ts';

export function rebalanceBehaviour(scene: Scene): void {
  describe('rebalance', () => {
    test('brings a member only what it holds, and every record to someone, while others join and leave', async () => {
      const topic = await scene.topic(6);
      const group = scene.unique('group');
      const log = scene.connect();
      const seen = new Set<string>();
      const strays: string[] = [];
      const sent: string[] = [];

      const join = async () => {
        let held: Assignment | undefined;
        const membership = await scene.connect().join({
          group,
          topics: [topic],
          heartbeatIntervalMs: 200,
          listener: {
            assigned: async (assignment, committed) => {
              const from = new Map(committed.map(({ partition, offset }) => [partition, offset]));
              held = assignment;
              return assignment.topicPartitions.map((of) => ({
                ...of,
                at: 'offset' as const,
                offset: from.get(of.partition) ?? 0,
              }));
            },
            revoked() {
              held = undefined;
            },
            records({ partition, records, nextOffset }) {
              if (!held?.partitions.includes(partition)) strays.push(`${partition} in ${held?.generation}`);
              else
                membership.commit(held.generation, [{ topic, partition, offset: nextOffset }]).catch(() => undefined);
              for (const { value } of records) seen.add(String(value));
            },
            lost(fault) {
              throw fault;
            },
          },
        });
        return membership;
      };

      const stayer = await join();
      const over = new AbortController();
      const producing = (async () => {
        for (let i = 0; !over.signal.aborted; i++) {
          const batch = [0, 1, 2, 3, 4, 5].flatMap((partition) => numbered(topic, partition, 2, `${i}-${partition}-`));
          await log.append(batch);
          sent.push(...batch.map(({ value }) => String(value)));
        }
      })();
      for (let round = 0; round < 3; round++) {
        const before = seen.size;
        const guest = await join();
        await scene.eventually(() => expect(seen.size).toBeGreaterThan(before + 100));
        await guest.leave(5_000);
      }
      over.abort();
      await producing;
      await scene.eventually(() => expect(sent.filter((value) => !seen.has(value))).toEqual([]));
      expect(strays).toEqual([]);
      await stayer.leave(5_000);
    });

    test('brings to the next owner again, in order, what the last one read and did not commit', async () => {
      const topic = await scene.topic(2);
      const options = { group: scene.unique('group'), topics: [topic] };
      const log = scene.connect();
      const first = await scene.join(log, options);
      await scene.eventually(() => expect(first.holding?.partitions).toHaveLength(2));
      await log.append([...numbered(topic, 0, 4), ...numbered(topic, 1, 4)]);
      await scene.eventually(() => expect(first.records).toHaveLength(8));
      await first.membership.commit(first.holding!.generation, [
        { topic, partition: 0, offset: 1 },
        { topic, partition: 1, offset: 0 },
      ]);

      const heir = await scene.join(scene.connect(), options, fromCommitted);
      await first.membership.leave(5_000);
      await scene.eventually(() => expect(heir.holding?.partitions).toHaveLength(2));
      const of = (partition: number) => valuesOf(heir.records.filter((record) => record.partition === partition));
      // Its first generation may have brought some of them already.
      await scene.eventually(() => expect(of(0).slice(-3)).toEqual(['0:1', '0:2', '0:3']));
      await scene.eventually(() => expect(of(1).slice(-4)).toEqual(['1:0', '1:1', '1:2', '1:3']));
    });
  });
}
