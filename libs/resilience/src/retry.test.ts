import { describe, expect, it } from 'vitest';
import { PermanentError, retry, sharedRetryBudget, TransientError, type RetryProgress } from './index.ts';

const quick = { initialMs: 1, factor: 1, maxMs: 1, maxAttempts: 4 };
const failing = (times: number, error: Error = new TransientError('away')) => {
  let calls = 0;
  return {
    get calls() {
      return calls;
    },
    call: () => ((calls += 1) > times ? Promise.resolve(calls) : Promise.reject(error)),
  };
};

describe('retry', () => {
  it('calls until it works, and says how it goes', async () => {
    const news: RetryProgress[] = [];
    const { call } = failing(2);
    expect(await retry(call, { backoff: quick, onProgress: (progress) => news.push(progress) })).toBe(3);
    expect(news).toMatchObject([
      { attempt: 1, attempts: 4, message: 'away', diagnosis: { kind: 'transient' } },
      { attempt: 2 },
    ]);
  });

  it('gives up after the last attempt, and at once where it can not help', async () => {
    const often = failing(9);
    await expect(retry(often.call, { backoff: quick })).rejects.toThrow('away');
    expect(often.calls).toBe(4);
    const wrong = failing(9, new PermanentError('wrong'));
    await expect(retry(wrong.call, { backoff: quick })).rejects.toThrow('wrong');
    expect(wrong.calls).toBe(1);
  });

  it('waits as long as the callee asks, and not for one that asks too much', async () => {
    const asks = (retryAfterMs: number) => failing(1, Object.assign(new Error('busy'), { status: 429, retryAfterMs }));
    const delays: number[] = [];
    await retry(asks(7).call, { backoff: quick, onProgress: ({ delayMs }) => delays.push(delayMs) });
    expect(delays).toEqual([7]);
    await expect(retry(asks(3_600_000).call, { backoff: quick })).rejects.toThrow('busy');
  });

  it('stops waiting when it is told to', async () => {
    const abort = new AbortController();
    const { call } = failing(9);
    const slow = { ...quick, initialMs: 60_000, maxMs: 60_000 };
    const trying = retry(call, {
      backoff: slow,
      signal: abort.signal,
      onProgress: () => abort.abort(new Error('gone')),
    });
    await expect(trying).rejects.toThrow('gone');
  });

  it('keeps many calls within a budget they share', async () => {
    const budget = sharedRetryBudget({ ratio: 0.2, floor: 2, windowMs: 60_000 }, () => 0);
    const tries = Array.from({ length: 100 }, () => failing(9));
    await Promise.allSettled(tries.map(({ call }) => retry(call, { backoff: quick, budget })));
    const calls = tries.reduce((sum, each) => sum + each.calls, 0);
    expect(calls).toBe(100 + 0.2 * 100 + 2);
  });
});
