import { expect, it } from 'vitest';
import { deriveId } from './derived-id.ts';

it('is the same for the same parts and differs for any other', () => {
  expect(deriveId('a', 'b', 1)).toBe(deriveId('a', 'b', 1));
  const ids = [deriveId('a', 'b', 1), deriveId('a', 'b', 2), deriveId('ab', 1), deriveId('a', 'b1')];
  expect(new Set(ids).size).toBe(4);
});

it('is a UUID of version 8', () => {
  for (let index = 0; index < 50; index += 1) {
    expect(deriveId('x', index)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});
