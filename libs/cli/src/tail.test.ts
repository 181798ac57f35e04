import { createBus, memoryLog, memorySchemaSource } from '@muster/bus';
import { clientOn } from '@muster/client';
import { keyOf } from '@muster/schemas';
import { expect, it } from 'vitest';
import { tailTopic } from './tail.ts';

const topic = 'muster.metrics.v1';
const sample = (value: number) => ({ target: `shop-${value % 5}`, name: 'orders', value, at: Date.now() });

function mesh() {
  let now = Date.now();
  const clock = () => (now += 1);
  const log = memoryLog({ clock, topics: [{ topic, partitions: 12, config: {} }] });
  const bus = createBus({ log, schemas: memorySchemaSource() });
  return { bus, client: clientOn(bus, { source: 'test' }) };
}

it('gives the past in order of time over all partitions, then what comes', async () => {
  const { bus, client } = mesh();
  for (let value = 0; value < 30; value += 1) await client.publish(topic, sample(value));
  const given: number[] = [];
  const stop = new AbortController();
  const caughtUp = Promise.withResolvers<void>();
  const ended = tailTopic(bus, {
    topic,
    from: { at: 'beginning' },
    signal: stop.signal,
    caughtUp: caughtUp.resolve,
    async entry(entry) {
      if (entry.kind === 'message' && entry.message.topic === topic) given.push(entry.message.value.value);
      if (given.length === 31) stop.abort();
    },
  });
  await caughtUp.promise;
  expect(given).toEqual(Array.from({ length: 30 }, (_, value) => value));
  await client.publish(topic, sample(30));
  await ended;
  expect(given.at(-1)).toBe(30);
});

it('gives nothing more once it is ended', async () => {
  const { bus, client } = mesh();
  await client.publish(
    topic,
    Array.from({ length: 20 }, (_, value) => sample(value)),
  );
  const stop = new AbortController();
  let given = 0;
  const entry = async () => {
    given += 1;
    if (given === 3) stop.abort();
  };
  await tailTopic(bus, { topic, from: { at: 'beginning' }, signal: stop.signal, entry });
  expect(given).toBe(3);
});

it('ends with the reason when an entry can not be given', async () => {
  const { bus, client } = mesh();
  await client.publish(topic, sample(1));
  const entry = () => Promise.reject(new Error('the pipe is full'));
  const { signal } = new AbortController();
  await expect(tailTopic(bus, { topic, from: { at: 'beginning' }, signal, entry })).rejects.toThrow('the pipe is full');
});

it('of a key reads its partition alone: what was there, then what comes', async () => {
  const { bus, client } = mesh();
  for (let value = 0; value < 30; value += 1) await client.publish(topic, sample(value));
  const key = keyOf(topic, sample(3));
  const values: number[] = [];
  const partitions = new Set<number>();
  const stop = new AbortController();
  const caughtUp = Promise.withResolvers<void>();
  const ended = tailTopic(bus, {
    topic,
    from: { at: 'beginning' },
    key,
    signal: stop.signal,
    caughtUp: caughtUp.resolve,
    async entry(entry, { partition }) {
      partitions.add(partition);
      if (entry.kind === 'message' && entry.message.topic === topic && entry.message.key === key)
        values.push(entry.message.value.value);
      if (values.length === 7) stop.abort();
    },
  });
  await caughtUp.promise;
  expect(values).toEqual([3, 8, 13, 18, 23, 28]);
  expect(partitions.size).toBe(1);
  await client.publish(topic, sample(33));
  await ended;
  expect(values.at(-1)).toBe(33);
});

it('of a key of which nothing was ever said is through at once', async () => {
  const { bus } = mesh();
  const stop = new AbortController();
  await tailTopic(bus, {
    topic,
    from: { at: 'beginning' },
    key: 'nobody',
    signal: stop.signal,
    entry: async () => {},
    caughtUp: () => stop.abort(),
  });
  expect(stop.signal.aborted).toBe(true);
});
