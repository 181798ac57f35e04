import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { committing } from './committing.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function recorded(outcomes: Error[] = []) {
  const commits: [number, number][][] = [];
  const faults: unknown[] = [];
  const place = committing({
    everyMs: 100,
    async commit(offsets) {
      const fault = outcomes.shift();
      if (fault) throw fault;
      commits.push([...offsets]);
    },
    failed: (error) => void faults.push(error),
  });
  return { place, commits, faults };
}

describe('committing', () => {
  it('commits the newest offset of every partition together', async () => {
    const { place, commits } = recorded();
    place.note(0, 5);
    place.note(1, 2);
    place.note(0, 6);
    await vi.advanceTimersByTimeAsync(100);
    expect(commits).toEqual([[[0, 6], [1, 2]]]); // prettier-ignore
  });

  it('tries again what failed, without going back behind newer offsets', async () => {
    const { place, commits, faults } = recorded([new Error('away')]);
    place.note(0, 5);
    place.note(1, 2);
    const failing = place.flush();
    place.note(0, 6);
    await failing;
    await vi.advanceTimersByTimeAsync(100);
    expect(faults).toHaveLength(1);
    expect(commits).toEqual([[[0, 6], [1, 2]]]); // prettier-ignore
  });

  it('commits nothing for a generation that is over', async () => {
    const { place, commits } = recorded();
    place.note(0, 5);
    place.end();
    await place.flush();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(commits).toEqual([]);
  });
});
