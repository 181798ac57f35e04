import { describe, expect, it } from 'vitest';
import { nearestName } from './nearest.ts';

describe('the nearest name', () => {
  const known = ['target', 'change', 'frozen', 'history'];
  it.each([
    ['traget', 'target'],
    ['Change', 'change'],
    ['chnge', 'change'],
    ['histories', 'history'],
    ['window', undefined],
    ['', undefined],
  ])('of %s is %s', (name, expected) => {
    expect(nearestName(name, known)).toBe(expected);
  });
});
