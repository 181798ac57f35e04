import { describe, expect, test } from 'vitest';
import { numbered } from './scene.ts';
import type { Scene } from './scene.ts';

export function progressBehaviour(scene: Scene): void {
  describe('progress', () => {
    test('moves with the clock while there is nothing to read, and the membership is confirmed again and again', async () => {
      const topic = await scene.topic(2);
      const { membership } = await scene.join(scene.connect(), { group: scene.unique('group'), topics: [topic] });
      const since = Date.now();
      await scene.eventually(() => expect(membership.deliveredThrough).toBeGreaterThan(since + 500));
      await scene.eventually(() => expect(membership.confirmedAt).toBeGreaterThan(since + 500));
      expect(membership.deliveredThrough).toBeLessThanOrEqual(Date.now());
    });

    test('waits for no partition that is paused', async () => {
      const topic = await scene.topic(2);
      const member = await scene.join(scene.connect(), { group: scene.unique('group'), topics: [topic] });
      await scene.eventually(() => expect(member.membership.deliveredThrough).toBeGreaterThan(0));
      member.membership.pause([{ topic, partition: 0 }]);
      const since = Date.now();
      await scene.eventually(() => expect(member.membership.deliveredThrough).toBeGreaterThan(since + 500));
    });

    test('does not run ahead of partitions for which an answer had no room', async () => {
      const partitions = 24;
      const topic = await scene.topic(partitions);
      const log = scene.connect();
      // Six times what is fetched at once.
      const each = (partition: number) => numbered(topic, partition, 10, 'x'.repeat(100_000));
      for (let partition = 0; partition < partitions; partition++) await log.append(each(partition));
      const appendedAt = Date.now();
      const member = await scene.join(log, { group: scene.unique('group'), topics: [topic] });
      const ahead = await scene.eventually(() => {
        expect(member.membership.deliveredThrough).toBeGreaterThanOrEqual(appendedAt);
        return member.batches.map(({ partition }) => partition);
      });
      expect(new Set(ahead).size).toBe(partitions);
    });
  });
}
