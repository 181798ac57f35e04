import { expect, it } from 'vitest';
import { withTimeout } from './index.ts';

const never = new Promise<never>(() => undefined);

it('ends a call that does not end, and tells it', async () => {
  let told: unknown;
  const call = withTimeout(5, (signal) => {
    signal.addEventListener('abort', () => (told = signal.reason));
    return never;
  });
  await expect(call).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(told).toMatchObject({ name: 'TimeoutError' });
});

it('ends with the outer signal, also with one that ended before', async () => {
  const abort = new AbortController();
  const call = withTimeout(60_000, () => never, abort.signal);
  abort.abort(new Error('gone'));
  await expect(call).rejects.toThrow('gone');
  await expect(withTimeout(60_000, () => never, abort.signal)).rejects.toThrow('gone');
});

it('gives the result, or the error, of a call that ends in time', async () => {
  expect(await withTimeout(60_000, () => Promise.resolve(7))).toBe(7);
  await expect(withTimeout(60_000, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
});
