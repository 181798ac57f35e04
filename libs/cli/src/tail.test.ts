import { createBus, memoryLog, memorySchemaSource } from '@muster/bus';
import { clientOn } from '@muster/client';
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
