import { expect, test } from 'vitest';
import { calm } from './calm-log.ts';

test('says a repeated warning once in ten seconds, and how often it came', () => {
  const said: unknown[] = [];
  let now = 0;
  const logger = calm(
    (...entry) => void said.push(entry),
    () => now,
  );
  for (now = 0; now < 10_000; now += 1_000) logger('warn', 'refused', { broker: 'b' });
  expect(said).toEqual([['warn', 'refused', { broker: 'b' }]]);
  logger('warn', 'refused', { broker: 'b' });
  expect(said.at(-1)).toEqual(['warn', 'refused', { broker: 'b', repeats: 9 }]);
});

test('keeps different warnings apart and lets all of debug through', () => {
  const said: string[] = [];
  const logger = calm(
    (_, message) => void said.push(message),
    () => 0,
  );
  for (const message of ['a', 'b', 'a']) logger('warn', message, {});
  for (const message of ['d', 'd']) logger('debug', message, {});
  expect(said).toEqual(['a', 'b', 'd', 'd']);
});
