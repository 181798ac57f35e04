import type { ActionIo } from '@muster/agent';
import { settings, type Settings } from '../src/settings.ts';

/** What an action gets, for tests. */
export function ioWith(config: Partial<Settings> = {}, over: Partial<ActionIo<Settings>> = {}): ActionIo<Settings> {
  return {
    config: { ...settings.parse({}), ...config },
    signal: new AbortController().signal,
    now: Date.now,
    log: { info: () => undefined, warn: () => undefined },
    taskId: 't1',
    idempotencyKey: 'key-1',
    attempt: 1,
    deadline: Date.now() + 60_000,
    changeId: 'c1',
    progress: () => undefined,
    ...over,
  };
}
