import type { LogRecord } from '@muster/bus';
import { expect, it } from 'vitest';
import { incomingOf } from './incoming.ts';

let offset = 0;
const record = (topic: string, timestamp: number): LogRecord => ({
  topic,
  partition: 0,
  offset: (offset += 1),
  timestamp,
  key: null,
  value: null,
  headers: {},
});
const all = (incoming: ReturnType<typeof incomingOf>): string[] => {
  const taken: string[] = [];
  for (let next = incoming.shift(); next !== undefined; next = incoming.shift())
    taken.push(`${next.topic}${next.timestamp}`);
  return taken;
};

it('gives what one handler hears on several topics by the time of the log while it catches up', () => {
  const exhausted = new Set<string>();
  const incoming = incomingOf([['a', 'b'], ['c']], (topic) => exhausted.has(topic));
  for (const at of [1, 3, 5]) incoming.push(record('a', at));
  incoming.push(record('c', 9));
  // Nobody knows yet what b has; c is nobody's sister.
  expect(all(incoming)).toEqual(['c9']);
  expect(incoming.waiting('a')).toBe(3);
  for (const at of [2, 3, 4]) incoming.push(record('b', at));
  expect(all(incoming)).toEqual(['a1', 'b2', 'a3', 'b3', 'b4']);
  exhausted.add('b');
  expect(all(incoming)).toEqual(['a5']);
  exhausted.add('a');
  expect(all(incoming)).toEqual([]);
});

it('gives records as they come once it has caught up', () => {
  const incoming = incomingOf([['a', 'b']], () => true);
  expect(incoming.shift()).toBeUndefined();
  incoming.push(record('a', 7));
  incoming.push(record('b', 5));
  expect(incoming.ready.records).toBe(2);
  expect(all(incoming)).toEqual(['a7', 'b5']);
  expect(incoming.length).toBe(0);
});
