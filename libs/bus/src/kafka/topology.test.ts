import { expect, test, vi } from 'vitest';
import { topologyOf } from './topology.ts';
import type { Leaders } from './topology.ts';

test('asks once for a topic, and again when what it knows is old, without waiting for it', async () => {
  let now = 0;
  const ask = vi.fn<Leaders>(() => Promise.resolve([1, 2]));
  const topology = topologyOf(ask, () => now);
  expect(topology.leaders('t')).toBeUndefined();
  expect(await Promise.all([topology.lookUp('t'), topology.lookUp('t')])).toEqual([true, true]);
  expect(topology.leaders('t')).toEqual([1, 2]);
  expect(ask).toHaveBeenCalledTimes(1);

  ask.mockResolvedValue([2, 2, 2]);
  now = 30_001;
  expect(topology.leaders('t')).toEqual([1, 2]);
  await vi.waitFor(() => expect(topology.leaders('t')).toEqual([2, 2, 2]));
  expect(ask).toHaveBeenCalledTimes(2);
});

test('tells when a topic has got more partitions, once all topics are known', async () => {
  const leaders: Record<string, number[]> = { a: [1, 1], b: [1] };
  const topology = topologyOf((topic) => Promise.resolve(leaders[topic]));
  expect(topology.counts(['a', 'b'])).toBeUndefined();
  await vi.waitFor(() => expect(topology.counts(['a', 'b'])).toBe('2,1'));
  leaders['b'] = [1, 1, 1];
  await topology.lookUp('b');
  expect(topology.counts(['a', 'b'])).toBe('2,3');
});
