import { expect, it } from 'vitest';
import { bulkhead } from './index.ts';

const gate = () => Promise.withResolvers<string>();

it('runs so many at once, lets others wait in order, and refuses the rest', async () => {
  const wall = bulkhead({ atOnce: 1, queue: 2 });
  const order: string[] = [];
  const first = gate();
  const running = wall.run(() => first.promise);
  const second = wall.run(async () => order.push('second'));
  const third = wall.run(async () => order.push('third'));
  await expect(wall.run(() => Promise.resolve(1))).rejects.toThrow('1 calls run and 2 wait');
  first.resolve('first');
  // Whoever asks while the place changes hands comes behind those who wait.
  const fourth = running.then(() => wall.run(async () => order.push('fourth')));
  await Promise.all([second, third, fourth]);
  expect(order).toEqual(['second', 'third', 'fourth']);
  expect([wall.running, wall.waiting]).toEqual([0, 0]);
});

it('gives up a waiting place when it is told to', async () => {
  const wall = bulkhead({ atOnce: 1, queue: 1 });
  const first = gate();
  const running = wall.run(() => first.promise);
  const abort = new AbortController();
  const waiting = wall.run(() => Promise.resolve('never'), abort.signal);
  abort.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  const next = wall.run(() => Promise.resolve('next'));
  first.resolve('first');
  expect([await running, await next]).toEqual(['first', 'next']);
});

it('frees the place of a call that fails', async () => {
  const wall = bulkhead({ atOnce: 1 });
  await expect(wall.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await wall.run(() => Promise.resolve('yes'))).toBe('yes');
});
