import { createBus, memoryLog, memorySchemaSource } from '@muster/bus';
import { expect, it } from 'vitest';
import { oldestTime, parseMoment, timeOf } from './log-moment.ts';

const now = Date.parse('2026-01-31T12:00:00Z');
const topic = 'muster.metrics.v1';

it.each([
  ['1h', now - 3_600_000],
  ['2026-01-31T11:00:00Z', now - 3_600_000],
  ['beginning', 0],
])('%s is a time', (text, time) => {
  expect(parseMoment('--from', text, now)).toEqual({ kind: 'time', time });
});

it('a place in the log names topic, partition and offset', () => {
  expect(parseMoment('--to', 'metrics/3/1500', now)).toEqual({ kind: 'place', topic, partition: 3, offset: 1_500 });
});

it.each([
  ['1500', '--from 1500 is an offset without its place: write topic/partition/offset, e.g. metrics/3/1500.'],
  ['lately', '--from lately is not understood'],
  ['2026-02-01', '--from 2026-02-01 lies in the future'],
  ['metrcs/3/1', 'There is no topic metrcs'],
])('%s is told in a sentence', (text, sentence) => {
  expect(() => parseMoment('--from', text, now)).toThrow(sentence);
});

it('a place is the time at which the log took in the record there', async () => {
  let time = 1_000;
  const log = memoryLog({ clock: () => time, topics: [{ topic, partitions: 2, config: {} }] });
  const bus = createBus({ log, schemas: memorySchemaSource() });
  const append = async (at: number, partition: number) => {
    time = at;
    await log.append([{ topic, partition, key: 'k', value: Buffer.of(1) }]);
  };
  expect(await oldestTime(bus, topic)).toBeUndefined();
  for (const [at, partition] of [
    [2_000, 1],
    [2_500, 0],
    [3_000, 1],
  ] as const)
    await append(at, partition);
  const place = (partition: number, offset: number) => timeOf(bus, { kind: 'place', topic, partition, offset });
  expect(await place(1, 1)).toBe(3_000);
  expect(await place(0, 0)).toBe(2_500);
  await expect(place(1, 2)).rejects.toThrow(
    'There is no record at muster.metrics.v1/1/2: the partition holds offsets 0 to 1.',
  );
  await expect(place(7, 0)).rejects.toThrow('muster.metrics.v1 has no partition 7.');
  expect(await oldestTime(bus, topic)).toBe(2_000);
});
