import { expect, it } from 'vitest';
import { requestOptionsOf } from './request-capability.ts';

const flags = { timeout: '30s', priority: 'NORMAL', retries: true, source: 'me' };

it('reads what is asked for', () => {
  expect(requestOptionsOf(flags)).toEqual({ timeoutMs: 30_000, priority: 'NORMAL', retries: 'mesh' });
  const all = { ...flags, timeout: '2m', priority: 'high', retries: false, range: '^1', scope: ['a'], change: 'c-1' };
  expect(requestOptionsOf(all)).toEqual({
    timeoutMs: 120_000,
    priority: 'HIGH',
    retries: 'none',
    version: '^1',
    scopes: ['a'],
    changeId: 'c-1',
  });
});

it.each([
  [{ timeout: 'soon' }, '--timeout soon is not understood'],
  [{ timeout: '0s' }, '--timeout 0s is not understood'],
  [{ priority: 'asap' }, 'There is no priority asap'],
])('refuses %o', (wrong, words) => expect(() => requestOptionsOf({ ...flags, ...wrong })).toThrow(words));
