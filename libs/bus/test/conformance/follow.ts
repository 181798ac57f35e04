import { describe, expect, test } from 'vitest';
import type { StartAt } from '../../src/log.ts';
import { numbered, valuesOf } from './scene.ts';
import type { Scene } from './scene.ts';

export function followBehaviour(scene: Scene): void {
  describe('follow', () => {
    test.each<[string, StartAt, number]>([
      ['the beginning', { at: 'beginning' }, 4],
      ['an offset', { at: 'offset', offset: 3 }, 1],
      ['a time', { at: 'time', time: 1_000 }, 4],
    ])('reads every partition from %s and says once that it has caught up', async (_, from, each) => {
      const topic = await scene.topic(3);
      const log = scene.connect();
      await log.append([0, 1, 2].flatMap((partition) => numbered(topic, partition, 4)));
      const { records, caughtUpAfter } = await scene.follow(log, { topics: [topic], from });
      await scene.eventually(() => expect(caughtUpAfter).toEqual([3 * each]));
      await log.append(numbered(topic, 1, 1, 'new'));
      await scene.eventually(() => expect(valuesOf(records).at(-1)).toBe('new0'));
      expect(records).toHaveLength(3 * each + 1);
      expect(caughtUpAfter).toHaveLength(1);
    });

    test('from the end brings everything appended once it has begun, and nothing older', async () => {
      const topic = await scene.topic(2);
      const log = scene.connect();
      await log.append([...numbered(topic, 0, 2, 'old'), ...numbered(topic, 1, 2, 'old')]);
      const { records, caughtUpAfter } = await scene.follow(log, { topics: [topic], from: { at: 'end' } });
      await scene.eventually(() => expect(caughtUpAfter).toEqual([0]));
      await log.append([...numbered(topic, 0, 2, 'new'), ...numbered(topic, 1, 2, 'new')]);
      await scene.eventually(() => expect(valuesOf(records).toSorted()).toEqual(['new0', 'new0', 'new1', 'new1']));
    });

    test('misses nothing that is appended once it has resolved', async () => {
      const topic = await scene.topic(2);
      const log = scene.connect();
      await log.append(numbered(topic, 1, 3, 'old'));
      const { records } = await scene.follow(scene.connect(), { topics: [topic], from: { at: 'end' } });
      await log.append([...numbered(topic, 0, 1, 'a'), ...numbered(topic, 1, 1, 'b')]);
      await scene.eventually(() => expect(valuesOf(records).toSorted()).toEqual(['a0', 'b0']));
    });

    test('has caught up at once with topics that are empty', async () => {
      const topics = [await scene.topic(2), await scene.topic(1)];
      const { caughtUpAfter } = await scene.follow(scene.connect(), { topics, from: { at: 'beginning' } });
      await scene.eventually(() => expect(caughtUpAfter).toEqual([0]));
    });

    test('gives every follower everything', async () => {
      const topic = await scene.topic(2);
      const log = scene.connect();
      const followings = await Promise.all(
        [log, scene.connect()].map((each) => scene.follow(each, { topics: [topic], from: { at: 'beginning' } })),
      );
      await log.append([...numbered(topic, 0, 3), ...numbered(topic, 1, 3)]);
      await scene.eventually(() => expect(followings.map(({ records }) => records.length)).toEqual([6, 6]));
    });

    test('pauses, resumes, and brings nothing once it is stopped', async () => {
      const topic = await scene.topic(2);
      const log = scene.connect();
      const { following, records } = await scene.follow(log, { topics: [topic], from: { at: 'beginning' } });
      following.pause([{ topic, partition: 0 }]);
      await log.append([...numbered(topic, 0, 2), ...numbered(topic, 1, 2)]);
      await scene.eventually(() => expect(valuesOf(records)).toEqual(['1:0', '1:1']));
      following.resume([{ topic, partition: 0 }]);
      await scene.eventually(() => expect(valuesOf(records)).toEqual(['1:0', '1:1', '0:0', '0:1']));

      await following.stop(5_000);
      await log.append(numbered(topic, 0, 1));
      await scene.readAll(log, topic, 5);
      expect(records).toHaveLength(4);
    });

    test('refuses to follow a topic that does not exist, naming it', async () => {
      const topic = scene.unique('missing');
      await expect(scene.follow(scene.connect(), { topics: [topic], from: { at: 'end' } })).rejects.toThrow(topic);
    });
  });
}
