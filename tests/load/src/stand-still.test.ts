import { expect, it } from 'vitest';
import { standStillOf } from './stand-still.ts';

const echo = (id: string, partition: number, at: number, hopMs = 1) => ({ key: id, id, partition, at, hopMs });

it('finds the longest gap of each partition, what is lost and what came twice', () => {
  const echoes = [
    echo('a', 0, 100),
    echo('b', 0, 900, 700),
    echo('b', 0, 2_000, 1_800),
    echo('c', 1, 150),
    echo('d', 1, 160),
    echo('of before', 1, 5_000),
  ];
  expect(standStillOf(echoes, new Set(['a', 'b', 'c', 'd', 'e']))).toEqual({
    hop: { p50: 1, p95: 700, p99: 700, max: 700 },
    gaps: [800, 10],
    lost: 1,
    repeated: 1,
  });
});
