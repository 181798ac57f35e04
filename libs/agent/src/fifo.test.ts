import { expect, it } from 'vitest';
import { fifo } from './fifo.ts';

it('gives back in order, however pushing and taking are mixed', () => {
  const queue = fifo<number>();
  const taken: (number | undefined)[] = [];
  let next = 0;
  for (let round = 0; round < 200; round += 1) {
    for (let index = 0; index < 50; index += 1) queue.push((next += 1));
    for (let index = 0; index < 49; index += 1) taken.push(queue.shift());
  }
  expect(queue.length).toBe(200);
  expect(queue.first()).toBe(9_801);
  while (queue.length > 0) taken.push(queue.shift());
  expect(taken).toEqual(Array.from({ length: 10_000 }, (_, index) => index + 1));
  expect(queue.shift()).toBeUndefined();
  expect(queue.length).toBe(0);
});

it('is empty after it was cleared', () => {
  const queue = fifo<string>();
  queue.push('a');
  queue.clear();
  expect(queue.length).toBe(0);
  expect(queue.first()).toBeUndefined();
});
