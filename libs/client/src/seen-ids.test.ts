import { describe, expect, it } from 'vitest';
import { seenIds } from './seen-ids.ts';

describe('seen ids', () => {
  it('knows what was added', () => {
    const seen = seenIds(2);
    seen.add('a');
    expect(seen.has('a')).toBe(true);
    expect(seen.has('b')).toBe(false);
  });

  it('forgets the oldest when full, and an id met again is young again', () => {
    const seen = seenIds(2);
    for (const id of ['a', 'b', 'a', 'c']) seen.add(id);
    expect(['a', 'b', 'c'].map((id) => seen.has(id))).toEqual([true, false, true]);
  });
});
