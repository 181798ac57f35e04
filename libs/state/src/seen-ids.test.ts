import { expect, test } from 'vitest';
import { seenIds, type SeenIds } from './seen-ids.ts';

const addAll = (ids: string[], capacity: number): SeenIds =>
  ids.reduce((seen, id) => seenIds.add(seen, id, capacity), seenIds.empty);

test('the hash is cyrb53, by its published values', () => {
  const published = { a: 7929297801672961, b: 8684336938537663, revenge: 4051478007546757, revenue: 8309097637345594 };
  for (const [text, hash] of Object.entries(published)) expect(seenIds.add([], text, 1)).toEqual([hash]);
});

test('remembers the latest ids and forgets the oldest', () => {
  const seen = addAll(['1', '2', '3', '4', '5'], 3);
  expect(['1', '2', '3', '4', '5', '6', ''].map((id) => seenIds.has(seen, id))).toEqual([
    false,
    false,
    true,
    true,
    true,
    false,
    false,
  ]);
});

test('follows a capacity that was changed', () => {
  const seen = addAll(['1', '2', '3', '4'], 4);
  expect(seenIds.add(seen, '5', 2)).toEqual(addAll(['4', '5'], 2));
  expect(seenIds.add(seen, '5', 32)).toEqual(addAll(['1', '2', '3', '4', '5'], 32));
  expect(seenIds.add(seen, '5', 0)).toEqual([]);
});

test('leaves the given ring as it was', () => {
  const seen = Object.freeze(addAll(['1', '2', '3'], 3));
  expect(seenIds.add(seen, '4', 3)).not.toBe(seen);
  expect(seen).toEqual(addAll(['1', '2', '3'], 3));
});

test('ids that look alike have hashes of their own, in all their bits', () => {
  const shapes = [
    (i: number) => `order-${i}`,
    (i: number) => `${i}/metrics-0/123`,
    (i: number) => String.fromCodePoint(i),
  ];
  const hashes = shapes.flatMap((idOf) => Array.from({ length: 10_000 }, (_, i) => seenIds.add([], idOf(i), 1)[0]!));
  expect(new Set(hashes).size).toBe(30_000);
  for (let bit = 0; bit < 53; bit += 1) {
    const share = hashes.filter((hash) => Math.floor(hash / 2 ** bit) % 2 === 1).length / hashes.length;
    expect(share).toBeGreaterThan(0.48);
    expect(share).toBeLessThan(0.52);
  }
});
