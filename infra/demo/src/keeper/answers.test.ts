import { expect, it } from 'vitest';
import { answersOf } from './answers.ts';

it('gives the same answer to the same key, and does the work once', async () => {
  const answers = answersOf<number>(10);
  let done = 0;
  const work = async () => (done += 1);
  expect(await Promise.all([answers.once('a', work), answers.once('a', work)])).toEqual([1, 1]);
  expect([await answers.once('a', work), await answers.once('b', work)]).toEqual([1, 2]);
});

it('lets what failed be tried again', async () => {
  const answers = answersOf<string>(10);
  await expect(answers.once('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await answers.once('a', async () => 'yes')).toBe('yes');
});

it('forgets the oldest when there are many', async () => {
  const answers = answersOf<number>(2);
  let done = 0;
  const work = async () => (done += 1);
  for (const key of ['a', 'b', 'c', 'a']) await answers.once(key, work);
  expect(done).toBe(4);
});
