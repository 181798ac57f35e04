import { expect, it } from 'vitest';
import { deadLetterLimit } from './dead-letter-limit.ts';

it('bears ten in a row and stops at the eleventh', () => {
  const limit = deadLetterLimit();
  for (let index = 0; index < 10; index += 1) expect(limit.note(true, 0)).toBeUndefined();
  expect(limit.note(true, 0)).toBe('11 messages in a row became dead letters');
});

it('bears one percent of poison for as long as it likes', () => {
  const limit = deadLetterLimit();
  for (let index = 0; index < 20_000; index += 1) expect(limit.note(index % 100 === 0, index)).toBeUndefined();
});

it('stops at more than five percent of a minute', () => {
  const limit = deadLetterLimit();
  const verdicts = Array.from({ length: 1_000 }, (_, index) => limit.note(index % 10 === 0, index));
  expect(verdicts.find((verdict) => verdict !== undefined)).toMatch(/of the last \d+ messages became dead letters/);
});

it('forgets the minute before', () => {
  const limit = deadLetterLimit();
  for (let index = 0; index < 199; index += 1) limit.note(index % 10 === 0, index);
  expect(limit.note(true, 60_001)).toBeUndefined();
});
