import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { RecordRefusedError } from '../../src/log.ts';
import { partitionOfKey } from '../../src/partition-of-key.ts';
import { numbered, text, valuesOf } from './scene.ts';
import type { Scene } from './scene.ts';

export function appendBehaviour(scene: Scene): void {
  describe('append', () => {
    test('keeps the order of the calls within a partition', async () => {
      const log = scene.connect();
      const topic = await scene.topic(1);
      const records = numbered(topic, 0, 200);
      await Promise.all(records.map((record) => log.append([record])));
      const read = await scene.readAll(log, topic, 200);
      expect(valuesOf(read)).toEqual(valuesOf(records as never));
      expect(read.map(({ offset }) => offset)).toEqual(records.map((_, i) => i));
    });

    test("sends a key to the partition of Java's default partitioner", async () => {
      const log = scene.connect();
      const topic = await scene.topic(5);
      const keys = Array.from({ length: 40 }, (_, i) => `shop/ключ-${i}`);
      await log.append(keys.map((key) => ({ topic, key, value: text(key) })));
      const read = await scene.readAll(log, topic, keys.length);
      const placed = new Map(read.map(({ value, partition }) => [Buffer.from(value!).toString(), partition]));
      expect(placed).toEqual(new Map(keys.map((key) => [key, partitionOfKey(key, 5)])));
    });

    test('keeps key bytes, value bytes, headers, tombstones and empty values as they are', async () => {
      const log = scene.connect();
      const topic = await scene.topic(1);
      const binary = Uint8Array.of(0, 255, 128, 10, 0);
      await log.append([
        { topic, key: binary, value: binary, headers: { ce_id: text('é1'), raw: binary } },
        { topic, key: 'gone', value: null },
        { topic, key: 'empty', value: new Uint8Array(0) },
        { topic, key: null, value: text('unkeyed') },
      ]);
      const [first, tombstone, empty, unkeyed] = await scene.readAll(log, topic, 4);
      expect(Buffer.from(first!.key!)).toEqual(Buffer.from(binary));
      expect(Buffer.from(first!.value!)).toEqual(Buffer.from(binary));
      expect(Buffer.from(first!.headers['ce_id']!).toString()).toBe('é1');
      expect(Buffer.from(first!.headers['raw']!)).toEqual(Buffer.from(binary));
      expect(tombstone!.value).toBeNull();
      expect(Buffer.from(tombstone!.key!).toString()).toBe('gone');
      expect(empty!.value).toHaveLength(0);
      expect(unkeyed!.key).toBeNull();
    });

    test('keeps many headers, and leaves out one without a value', async () => {
      const log = scene.connect();
      const topic = await scene.topic(1);
      const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`header-${i}`, text('v'.repeat(i))]));
      await log.append([{ topic, key: 'k', value: text('v'), headers: { ...many, absent: undefined } }]);
      const [record] = await scene.readAll(log, topic, 1);
      const present = Object.entries(record!.headers).filter(([, value]) => value !== undefined);
      expect(present.map(([name, value]) => [name, Buffer.from(value!).toString()])).toEqual(
        Object.entries(many).map(([name, value]) => [name, Buffer.from(value).toString()]),
      );
    });

    test('keeps big records as they are, larger than what is fetched of a partition at once', async () => {
      const log = scene.connect();
      const topic = await scene.topic(1);
      const values = Array.from({ length: 6 }, () => randomBytes(900_000));
      await Promise.all(values.map((value) => log.append([{ topic, partition: 0, key: 'big', value }])));
      const read = await scene.readAll(log, topic, values.length);
      expect(read.every(({ value }, i) => values[i]!.equals(value!))).toBe(true);
    });

    test('stamps records with a clock of the log that never goes back within a partition', async () => {
      const log = scene.connect();
      const topic = await scene.topic(1);
      for (const record of numbered(topic, 0, 5)) await log.append([record]);
      const times = (await scene.readAll(log, topic, 5)).map(({ timestamp }) => timestamp);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(Math.abs(times[0]! - Date.now())).toBeLessThan(3_600_000);
    });

    test('refuses a record that is too large, and goes on', async () => {
      const log = scene.connect();
      const topic = await scene.topic(1);
      const fault = await faultOf(log.append([{ topic, key: 'k', value: randomBytes(2 * 1024 * 1024) }]));
      expect(fault).toBeInstanceOf(RecordRefusedError);
      expect(fault).toMatchObject({ code: 'too-large' });
      await log.append([{ topic, key: 'k', value: text('small') }]);
      expect(valuesOf(await scene.readAll(log, topic, 1))).toEqual(['small']);
    });

    test('refuses a topic that does not exist, and creates none', async () => {
      const log = scene.connect();
      const topic = scene.unique('missing');
      const fault = await faultOf(log.append([{ topic, key: 'k', value: text('v') }]));
      expect(fault).toBeInstanceOf(RecordRefusedError);
      expect(fault).toMatchObject({ code: 'unknown-topic' });
      expect((await log.admin.topics()).map((known) => known.topic)).not.toContain(topic);
    });

    test('refuses a partition that is not there, and goes on', async () => {
      const log = scene.connect();
      const topic = await scene.topic(2);
      const fault = await faultOf(log.append(numbered(topic, 7, 1)));
      expect(fault).toBeInstanceOf(RecordRefusedError);
      expect(fault).toMatchObject({ code: 'invalid', message: expect.stringMatching(/no partition 7; it has 2/) });
      await log.append(numbered(topic, 1, 1));
      expect(valuesOf(await scene.readAll(log, topic, 1))).toEqual(['1:0']);
    });

    test('takes an empty list', async () => {
      await expect(scene.connect().append([])).resolves.toBeUndefined();
    });
  });
}

const faultOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (fault: unknown) => fault,
  );
