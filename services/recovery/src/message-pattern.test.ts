import { expect, it } from 'vitest';
import { patternOf } from './message-pattern.ts';

it.each([
  ['connect to 10.0.0.7:5432 failed after 30 s', 'connect to * failed after * s'],
  ['Cannot read "prices" of user 0f8fad5b-d9cb-469f-a165-70867728950e', 'cannot read * of user *'],
  ["no such file: '/var/lib/x/1.csv'", 'no such file *'],
  ['Timeout!  Timeout!', 'timeout timeout'],
  ['', ''],
])('of %j is %j', (message, pattern) => {
  expect(patternOf(message)).toBe(pattern);
});

it('is bounded', () => {
  expect(patternOf('word '.repeat(10_000)).length).toBeLessThanOrEqual(100);
  expect(patternOf('x'.repeat(10_000)).length).toBeLessThanOrEqual(100);
});
