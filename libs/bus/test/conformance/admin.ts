import { describe, expect, test } from 'vitest';
import { numbered } from './scene.ts';
import type { Scene } from './scene.ts';

export function adminBehaviour(scene: Scene): void {
  describe('admin', () => {
    test('creates what is missing and says what it created', async () => {
      const { admin } = scene.connect();
      const [there, fresh] = [scene.unique('topic'), scene.unique('topic')];
      const spec = (topic: string, partitions: number) => ({ topic, partitions, config: {}, replicationFactor: 1 });
      expect(await admin.createTopics([spec(there, 2)])).toEqual([there]);
      expect(await admin.createTopics([spec(there, 2), spec(fresh, 1)])).toEqual([fresh]);
      expect(await admin.createTopics([spec(there, 2)])).toEqual([]);
      expect(await admin.topics()).toEqual(
        expect.arrayContaining([
          { topic: there, partitions: 2 },
          { topic: fresh, partitions: 1 },
        ]),
      );
      await expect(admin.createTopics([spec(there, 7)])).rejects.toThrow(/2 .*7|7 .*2/);
    });

    test('tells how the cluster is', async () => {
      const { admin } = scene.connect();
      const topic = await scene.topic(2);
      const condition = await admin.condition([topic, scene.unique('missing')]);
      expect(condition.brokers).toBeGreaterThanOrEqual(1);
      expect(condition.hasController).toBe(true);
      expect(condition.topics).toEqual([{ topic, partitions: 2, offline: [], outOfSync: [] }]);
      expect((await admin.condition()).topics.map((known) => known.topic)).toContain(topic);
    });

    test('deletes topics', async () => {
      const { admin } = scene.connect();
      const topic = await scene.topic(1);
      await admin.deleteTopics([topic]);
      await scene.eventually(async () =>
        expect((await admin.topics()).map((known) => known.topic)).not.toContain(topic),
      );
    });

    test('knows first and next offsets, and offsets at a time', async () => {
      const log = scene.connect();
      const topic = await scene.topic(2);
      await log.append(numbered(topic, 1, 3));
      expect(byPartition(await log.admin.offsets(topic))).toEqual([
        { partition: 0, beginning: 0, end: 0 },
        { partition: 1, beginning: 0, end: 3 },
      ]);
      const [first] = await scene.readAll(log, topic, 3);
      expect(byPartition(await log.admin.offsetsAt(topic, first!.timestamp))).toEqual([
        { topic, partition: 0, offset: 0 },
        { topic, partition: 1, offset: 0 },
      ]);
      expect(byPartition(await log.admin.offsetsAt(topic, Date.now() + 3_600_000))).toEqual([
        { topic, partition: 0, offset: 0 },
        { topic, partition: 1, offset: 3 },
      ]);
    });

    test('lists groups, and deletes one that has no members', async () => {
      const log = scene.connect();
      const topic = await scene.topic(1);
      const group = scene.unique('group');
      expect(await log.admin.committed(group, [topic])).toEqual([]);
      const member = await scene.join(log, { group, topics: [topic] });
      await scene.eventually(async () =>
        expect(await log.admin.groups()).toContainEqual({ group, members: 1, state: 'Stable' }),
      );
      // The broker knows of the group before its member does.
      await scene.eventually(() => expect(member.holding).toBeDefined());
      await member.membership.commit(member.holding!.generation, [{ topic, partition: 0, offset: 0 }]);
      await expect(log.admin.deleteGroup(group)).rejects.toThrow(group);
      await member.membership.leave(5_000);
      await scene.eventually(() => log.admin.deleteGroup(group));
      expect((await log.admin.groups()).map((known) => known.group)).not.toContain(group);
      expect(await log.admin.committed(group, [topic])).toEqual([]);
    });
  });
}

const byPartition = <T extends { readonly partition: number }>(entries: readonly T[]): T[] =>
  entries.toSorted((a, b) => a.partition - b.partition);
