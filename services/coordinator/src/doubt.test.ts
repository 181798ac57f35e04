import type { TaskResult } from '@muster/schemas';
import { expect, it } from 'vitest';
import { mayBeDone } from './doubt.ts';

const result = (more: object): TaskResult =>
  ({ status: 'ABANDONED', startedAt: null, fault: null, output: '{}', attempt: 2, ...more }) as TaskResult;
const history = (...attempts: object[]) => ({ output: JSON.stringify({ history: attempts }) });
const permanent = { attempt: 2, kind: 'permanent', type: 'X' };

it.each<readonly [string, object, boolean]>([
  ['nobody could do', { status: 'UNROUTABLE', attempt: 1 }, false],
  ['expired before it was begun', { status: 'EXPIRED', attempt: 1 }, false],
  ['expired after it was begun', { status: 'EXPIRED', startedAt: 1, attempt: 1 }, true],
  ['expired at its second attempt', { status: 'EXPIRED' }, true],
  ['nobody could do when it was tried again', { status: 'UNROUTABLE' }, true],
  ['failed for good', history(permanent), false],
  ['was lost and then failed for good', history({ attempt: 1, kind: 'unknown', type: 'LeaseLost' }, permanent), true],
  ['the kill switch held back', history({ attempt: 2, kind: 'transient', type: 'KillSwitch' }), false],
  ...['NobodyThere', 'MeshStarting'].map(
    (type) =>
      [
        `was given up since the router found ${type}`,
        history({ attempt: 2, kind: 'transient', type, strategy: 'give-up' }),
        false,
      ] as const,
  ),
  [
    'was lost and then found nobody',
    history(
      { attempt: 1, kind: 'unknown', type: 'LeaseLost' },
      { attempt: 2, kind: 'transient', type: 'NobodyThere', strategy: 'give-up' },
    ),
    true,
  ],
  ['was given up while an attempt was out', history({ ...permanent, attempt: 1 }), true],
  ['was given up by somebody who tells nothing of its attempts', {}, true],
  ['was given up for good by such a one', { fault: { class: 'PERMANENT', type: 'X' }, output: '' }, false],
])('a task that %s may have been done: %s', (_, more, expected) => {
  expect(mayBeDone(result(more))).toBe(expected);
});
