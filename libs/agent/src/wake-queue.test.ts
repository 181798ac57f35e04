import { expect, it } from 'vitest';
import { wakeQueue } from './wake-queue.ts';

it('gives back in order of time, whatever the order it was filled in', () => {
  const queue = wakeQueue<number>();
  let seed = 7;
  const times = Array.from({ length: 500 }, () => (seed = (seed * 48_271) % 2_147_483_647) % 1_000);
  times.forEach((at, index) => queue.put(at, index));
  expect(queue.nextAt()).toBe(Math.min(...times));
  const taken: number[] = [];
  for (let due = queue.take(); due !== undefined; due = queue.take()) {
    expect(due.at).toBe(times[due.key]);
    taken.push(due.at);
  }
  expect(taken).toEqual([...times].sort((a, b) => a - b));
  expect(queue.size).toBe(0);
  expect(queue.nextAt()).toBeUndefined();
});
