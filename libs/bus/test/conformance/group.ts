import { describe, expect, test } from 'vitest';
import { FencedError } from '../../src/log.ts';
import { fromCommitted, numbered, valuesOf } from './scene.ts';
import type { Heard, ObservedMember, Scene } from './scene.ts';

export function groupBehaviour(scene: Scene): void {
  const holdsAll = (member: ObservedMember, partitions: number) =>
    scene.eventually(() => expect(member.holding?.topicPartitions).toHaveLength(partitions));

  describe('group', () => {
    test('shares the partitions among its members, and gives each record to one', async () => {
      const topic = await scene.topic(4);
      const options = { group: scene.unique('group'), topics: [topic] };
      const members = [await scene.join(scene.connect(), options), await scene.join(scene.connect(), options)];
      await scene.eventually(() => {
        expect(members.map(({ holding }) => holding?.partitions.length)).toEqual([2, 2]);
        expect(members[0]!.holding!.generation).toBe(members[1]!.holding!.generation);
      });
      expect(members.flatMap(({ holding }) => holding!.partitions).toSorted(byNumber)).toEqual([0, 1, 2, 3]);

      const log = scene.connect();
      await log.append([0, 1, 2, 3].flatMap((partition) => numbered(topic, partition, 3)));
      await scene.eventually(() => expect(members.flatMap(({ records }) => records)).toHaveLength(12));
      for (const { holding, records } of members) {
        expect(new Set(records.map(({ partition }) => partition))).toEqual(new Set(holding!.partitions));
      }
    });

    test('gives a partition number to one member for all topics', async () => {
      const [wide, narrow] = [await scene.topic(4), await scene.topic(2)];
      const options = { group: scene.unique('group'), topics: [wide, narrow] };
      const members = [await scene.join(scene.connect(), options), await scene.join(scene.connect(), options)];
      await scene.eventually(() => {
        const owned = members.flatMap(({ holding }) => holding?.topicPartitions ?? []);
        expect(owned).toHaveLength(6);
        expect(members.flatMap(({ holding }) => holding!.partitions).toSorted(byNumber)).toEqual([0, 1, 2, 3]);
      });
      for (const { holding } of members) {
        const wanted = holding!.partitions.flatMap((partition) =>
          [wide, ...(partition < 2 ? [narrow] : [])].map((topic) => `${topic}/${partition}`),
        );
        expect(holding!.topicPartitions.map(({ topic, partition }) => `${topic}/${partition}`).toSorted()).toEqual(
          wanted.toSorted(),
        );
      }
    });

    test('keeps a member without partitions as a standby', async () => {
      const topic = await scene.topic(1);
      const options = { group: scene.unique('group'), topics: [topic] };
      const members = [await scene.join(scene.connect(), options), await scene.join(scene.connect(), options)];
      await scene.eventually(() =>
        expect(members.map(({ holding }) => holding?.partitions.length ?? -1).toSorted(byNumber)).toEqual([0, 1]),
      );
    });

    test('revokes a generation before it assigns the next, which is higher', async () => {
      const topic = await scene.topic(2);
      const options = { group: scene.unique('group'), topics: [topic] };
      const first = await scene.join(scene.connect(), options);
      await holdsAll(first, 2);
      const second = await scene.join(scene.connect(), options);
      await holdsAll(second, 1);
      await second.membership.leave(5_000);
      await holdsAll(first, 2);
      expectOrder(first.heard);
      expectOrder(second.heard);
      expect(first.heard.filter(({ kind }) => kind === 'assigned').length).toBeGreaterThanOrEqual(3);
    });

    test('hands over as soon as a member leaves, which then hears nothing more', async () => {
      const topic = await scene.topic(2);
      const options = { group: scene.unique('group'), topics: [topic] };
      const leaver = await scene.join(scene.connect(), options);
      const heir = await scene.join(scene.connect(), options);
      await holdsAll(leaver, 1);
      await holdsAll(heir, 1);
      await leaver.membership.leave(5_000);
      const [heard, records] = [leaver.heard.length, leaver.records.length];
      await holdsAll(heir, 2);
      const log = scene.connect();
      await log.append([...numbered(topic, 0, 2), ...numbered(topic, 1, 2)]);
      await scene.eventually(() => expect(heir.records).toHaveLength(4));
      expect([leaver.heard.length, leaver.records.length]).toEqual([heard, records]);
    });

    test('commits, and tells the next owner what was committed', async () => {
      const topic = await scene.topic(2);
      const options = { group: scene.unique('group'), topics: [topic] };
      const log = scene.connect();
      await log.append(numbered(topic, 0, 5));
      const first = await scene.join(log, options);
      await scene.eventually(() => expect(first.records).toHaveLength(5));
      const { generation } = first.holding!;
      await first.membership.commit(generation, [{ topic, partition: 0, offset: 3 }]);
      expect(await log.admin.committed(options.group, [topic])).toEqual([{ topic, partition: 0, offset: 3 }]);
      await first.membership.leave(5_000);

      const second = await scene.join(scene.connect(), options, fromCommitted);
      await scene.eventually(() => expect(second.records).toHaveLength(2));
      expect(second.heard.find(({ kind }) => kind === 'assigned')).toMatchObject({
        committed: [{ topic, partition: 0, offset: 3 }],
      });
      expect(valuesOf(second.records)).toEqual(['0:3', '0:4']);
    });

    test('fences a commit of a generation that is over', async () => {
      const topic = await scene.topic(2);
      const options = { group: scene.unique('group'), topics: [topic] };
      const first = await scene.join(scene.connect(), options);
      await holdsAll(first, 2);
      const { generation } = first.holding!;
      await scene.join(scene.connect(), options);
      await holdsAll(first, 1);
      await expect(first.membership.commit(generation, [{ topic, partition: 0, offset: 1 }])).rejects.toThrow(
        FencedError,
      );
      await first.membership.commit(first.holding!.generation, []);
    });

    test('reassigns on request: a new generation reads again', async () => {
      const topic = await scene.topic(1);
      const log = scene.connect();
      await log.append(numbered(topic, 0, 3));
      const member = await scene.join(log, { group: scene.unique('group'), topics: [topic] });
      await scene.eventually(() => expect(member.records).toHaveLength(3));
      member.membership.reassign();
      await scene.eventually(() => expect(member.records).toHaveLength(6));
      expectOrder(member.heard);
      expect(valuesOf(member.records)).toEqual(['0:0', '0:1', '0:2', '0:0', '0:1', '0:2']);
    });

    test('refuses to read a topic that does not exist, naming it', async () => {
      const topic = scene.unique('missing');
      await expect(scene.join(scene.connect(), { group: scene.unique('group'), topics: [topic] })).rejects.toThrow(
        topic,
      );
    });
  });
}

const byNumber = (a: number, b: number): number => a - b;

/** assigned, settled, revoked of the same generation, and each generation above the one before. */
function expectOrder(heard: readonly Heard[]): void {
  let last = -Infinity;
  let open: number | undefined;
  for (const event of heard) {
    if (event.kind === 'lost') throw event.fault;
    if (event.kind === 'assigned') {
      expect(open).toBeUndefined();
      expect(event.assignment.generation).toBeGreaterThan(last);
      open = last = event.assignment.generation;
    } else {
      expect(event.generation).toBe(open);
      if (event.kind === 'revoked') open = undefined;
    }
  }
}
