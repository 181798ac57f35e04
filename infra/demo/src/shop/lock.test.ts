import { expect, it } from 'vitest';
import { lockOf, LockCrowdedError } from './lock.ts';

it('is held by one at a time, in the order of asking', async () => {
  const lock = lockOf(10);
  const log: string[] = [];
  const work = (name: string) => async () => {
    log.push(`${name} begins`);
    await Promise.resolve();
    log.push(`${name} ends`);
    return name;
  };
  expect(await Promise.all([lock.hold(work('a')), lock.hold(work('b'))])).toEqual(['a', 'b']);
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

it('is free again after work that failed', async () => {
  const lock = lockOf(10);
  await expect(lock.hold(() => Promise.reject(new Error('burnt')))).rejects.toThrow('burnt');
  expect(await lock.hold(async () => 'next')).toBe('next');
});

it('turns away who would wait behind too many', async () => {
  const lock = lockOf(2);
  const holding = Promise.withResolvers<void>();
  const held = lock.hold(() => holding.promise);
  await Promise.resolve();
  const others = [lock.hold(async () => 1), lock.hold(async () => 2)];
  await expect(lock.hold(async () => 3)).rejects.toBeInstanceOf(LockCrowdedError);
  holding.resolve();
  await held;
  expect(await Promise.all(others)).toEqual([1, 2]);
  expect(lock.waiting).toBe(0);
});
