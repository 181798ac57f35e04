import { expect, it } from 'vitest';
import { guard, PermanentError } from './index.ts';

const fail = (error: Error) => async (): Promise<never> => {
  throw error;
};
const settle = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: Error) => error.name,
  );

it('stops calling what fails, tries it again later, and tells of each change', async () => {
  let now = 0;
  const changes: string[] = [];
  const calls = guard({
    failuresInRow: 2,
    trials: 1,
    coolDownMs: 100,
    now: () => now,
    onChange: ({ status }) => changes.push(status),
  });
  let made = 0;
  const broken = (): Promise<never> => {
    made += 1;
    return Promise.reject(new Error('broken'));
  };
  for (let index = 0; index < 5; index += 1) await settle(calls.run(broken));
  expect(made).toBe(2);
  expect(await settle(calls.run(broken))).toBe('BreakerOpenError');
  now = 100;
  expect(await settle(calls.run(() => Promise.resolve(1)))).toBe('done');
  expect(changes).toEqual(['open', 'half-open', 'closed']);
});

it('does not hold it against the callee when the request is wrong or was broken off', async () => {
  const calls = guard({ failuresInRow: 2 });
  for (let index = 0; index < 5; index += 1) {
    await settle(calls.run(fail(new PermanentError('wrong'))));
    await settle(calls.run(fail(new DOMException('enough', 'AbortError'))));
  }
  expect(calls.breaker.status).toBe('closed');
});

it('lets another trial through when one was broken off', async () => {
  let now = 0;
  const calls = guard({ failuresInRow: 1, trials: 1, coolDownMs: 10, now: () => now });
  await settle(calls.run(fail(new Error('broken'))));
  now = 10;
  await settle(calls.run(fail(new DOMException('enough', 'AbortError'))));
  expect(await settle(calls.run(() => Promise.resolve(1)))).toBe('done');
});
