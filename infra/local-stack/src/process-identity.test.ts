import { expect, test } from 'vitest';
import { beganFromStat, identify, isAlive, signal } from './process-identity.ts';

const stat = (name: string, state: string): string =>
  `4711 (${name}) ${state} 1 4711 4711 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 987654 1000 200`;

test('the beginning of a process is found whatever its name holds', () => {
  expect(beganFromStat(stat('java', 'S'))).toBe('987654');
  expect(beganFromStat(stat('a (b) c) 1 2 3', 'R'))).toBe('987654');
});

test('a process that ended and was not collected yet has no beginning', () => {
  expect(beganFromStat(stat('java', 'Z'))).toBeUndefined();
});

test('a running process is recognised', () => {
  const own = identify(process.pid);
  expect(own).toMatchObject({ pid: process.pid });
  expect(own && isAlive(own)).toBe(true);
});

test('another process with the same pid is not taken for it, and is sent no signal', () => {
  const impostor = { pid: process.pid, began: 'another boot:1' };
  expect(isAlive(impostor)).toBe(false);
  // If it were sent, this process would not live to see the next line.
  signal(impostor, 'SIGKILL');
  expect(identify(process.pid)).toBeDefined();
});

test('a pid that nobody has belongs to no process', () => {
  expect(identify(2 ** 30)).toBeUndefined();
});
