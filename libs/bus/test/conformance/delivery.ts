import { describe, expect, test } from 'vitest';
import type { Assignment, StartAt, TopicPartition } from '../../src/log.ts';
import { fromBeginning, fromCommitted, numbered, valuesOf } from './scene.ts';
import type { Scene } from './scene.ts';

const startingAt = (start: StartAt) => (assignment: Assignment) =>
  Promise.resolve(assignment.topicPartitions.map((partition) => ({ ...partition, ...start })));

export function deliveryBehaviour(scene: Scene): void {
  describe('delivery', () => {
    test('brings batches of one partition, in order, without gaps, never empty', async () => {
      const topic = await scene.topic(3);
      const log = scene.connect();
      await log.append([0, 1, 2].flatMap((partition) => numbered(topic, partition, 300)));
      const member = await scene.join(log, { group: scene.unique('group'), topics: [topic] });
      await scene.eventually(() => expect(member.records).toHaveLength(900));
      const next = [0, 0, 0];
      for (const { topic: of, partition, records, endOffset } of member.batches) {
        expect(of).toBe(topic);
        expect(records.length).toBeGreaterThan(0);
        for (const record of records) {
          expect([record.topic, record.partition, record.offset]).toEqual([topic, partition, next[partition]!++]);
        }
        expect(endOffset).toBeGreaterThanOrEqual(next[partition]!);
      }
    });

    test.each<[string, StartAt, string[]]>([
      ['an offset', { at: 'offset', offset: 3 }, ['0:3', '0:4']],
      ['the beginning', { at: 'beginning' }, ['0:0', '0:1', '0:2', '0:3', '0:4']],
      ['a time long past', { at: 'time', time: 1_000 }, ['0:0', '0:1', '0:2', '0:3', '0:4']],
    ])('starts at %s', async (_, start, expected) => {
      const topic = await scene.topic(1);
      const log = scene.connect();
      await log.append(numbered(topic, 0, 5));
      const member = await scene.join(log, { group: scene.unique('group'), topics: [topic] }, startingAt(start));
      await scene.eventually(() => expect(valuesOf(member.records)).toEqual(expected));
    });

    test('starts at the first record at or after a time', async () => {
      const topic = await scene.topic(1);
      const log = scene.connect();
      const records = await scene.eventually(async () => {
        await log.append(numbered(topic, 0, 1, 'r'));
        const { end } = (await log.admin.offsets(topic))[0]!;
        const read = await scene.readAll(log, topic, end);
        expect(read.at(-1)!.timestamp).toBeGreaterThan(read[0]!.timestamp);
        return read;
      });
      const time = records[0]!.timestamp + 1;
      const first = records.find(({ timestamp }) => timestamp >= time)!;
      const member = await scene.join(
        log,
        { group: scene.unique('group'), topics: [topic] },
        startingAt({ at: 'time', time }),
      );
      await scene.eventually(() => expect(member.records[0]?.offset).toBe(first.offset));
    });

    test.each([
      ['asked to start at the end', startingAt({ at: 'end' })],
      ['nothing is said and nothing committed', fromCommitted],
      ['asked to start at a time to come', startingAt({ at: 'time', time: Date.now() + 3_600_000 })],
    ])('brings only new records when %s', async (_, assigned) => {
      const topic = await scene.topic(1);
      const log = scene.connect();
      await log.append(numbered(topic, 0, 3, 'old'));
      const member = await scene.join(log, { group: scene.unique('group'), topics: [topic] }, assigned);
      await scene.eventually(() => expect(member.holding).toBeDefined());
      await scene.eventually(async () => {
        await log.append(numbered(topic, 0, 1, 'new'));
        expect(member.records.length).toBeGreaterThan(0);
      });
      expect(new Set(valuesOf(member.records))).toEqual(new Set(['new0']));
    });

    test('brings no record before `assigned` has settled', async () => {
      const topic = await scene.topic(1);
      const log = scene.connect();
      await log.append(numbered(topic, 0, 3));
      const gate = Promise.withResolvers<void>();
      const member = await scene.join(log, { group: scene.unique('group'), topics: [topic] }, async (...args) => {
        await gate.promise;
        return fromBeginning(...args);
      });
      await scene.eventually(() => expect(member.heard.at(-1)?.kind).toBe('assigned'));
      await scene.readAll(log, topic, 3);
      expect(member.records).toHaveLength(0);
      gate.resolve();
      await scene.eventually(() => expect(member.records).toHaveLength(3));
    });

    test('asks again when `assigned` rejects, and skips nothing', async () => {
      const topic = await scene.topic(1);
      const log = scene.connect();
      await log.append(numbered(topic, 0, 3));
      let asked = 0;
      const member = await scene.join(log, { group: scene.unique('group'), topics: [topic] }, (...args) =>
        ++asked < 3 ? Promise.reject(new Error('the state can not be read yet')) : fromBeginning(...args),
      );
      await scene.eventually(() => expect(valuesOf(member.records)).toEqual(['0:0', '0:1', '0:2']));
      expect(asked).toBe(3);
      expect(member.heard.some(({ kind }) => kind === 'lost')).toBe(false);
    });

    test('pauses and resumes one partition without loss or repetition', async () => {
      const topic = await scene.topic(2);
      const log = scene.connect();
      const member = await scene.join(log, { group: scene.unique('group'), topics: [topic] });
      await scene.eventually(() => expect(member.holding?.partitions).toEqual([0, 1]));
      await log.append([...numbered(topic, 0, 2, 'a'), ...numbered(topic, 1, 2, 'a')]);
      await scene.eventually(() => expect(member.records).toHaveLength(4));

      const held: TopicPartition[] = [{ topic, partition: 0 }];
      member.membership.pause(held);
      member.membership.pause(held);
      await log.append([...numbered(topic, 0, 3, 'b'), ...numbered(topic, 1, 3, 'b')]);
      const of = (partition: number) => valuesOf(member.records.filter((record) => record.partition === partition));
      await scene.eventually(() => expect(of(1)).toEqual(['a0', 'a1', 'b0', 'b1', 'b2']));
      await scene.readAll(log, topic, 10);
      expect(of(0)).toEqual(['a0', 'a1']);

      member.membership.resume(held);
      member.membership.resume(held);
      await scene.eventually(() => expect(of(0)).toEqual(['a0', 'a1', 'b0', 'b1', 'b2']));
      await log.append(numbered(topic, 0, 1, 'c'));
      await scene.eventually(() => expect(of(0)).toEqual(['a0', 'a1', 'b0', 'b1', 'b2', 'c0']));
    });

    test('forgets a pause when the generation ends', async () => {
      const topic = await scene.topic(1);
      const log = scene.connect();
      const member = await scene.join(log, { group: scene.unique('group'), topics: [topic] });
      await scene.eventually(() => expect(member.holding).toBeDefined());
      member.membership.pause([{ topic, partition: 0 }]);
      await log.append(numbered(topic, 0, 2));
      member.membership.reassign();
      await scene.eventually(() => expect(valuesOf(member.records)).toEqual(['0:0', '0:1']));
    });
  });
}
