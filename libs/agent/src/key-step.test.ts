import type { Message } from '@muster/bus';
import { expect, it } from 'vitest';
import { freshEntry, isRepeated, noteMessage } from './key-step.ts';

const message = (offset: number, id: string): Message =>
  ({ topic: 'muster.metrics.v1', partition: 0, offset, id }) as unknown as Message;

it('knows a message by its place and by its id, and one that became a dead letter by its place alone', () => {
  const entry = freshEntry();
  noteMessage(entry, message(0, 'a'), 4, 'handled');
  noteMessage(entry, message(1, 'b'), 4, 'dead letter');
  expect(isRepeated(entry, message(0, 'a'))).toBe(true);
  expect(isRepeated(entry, message(7, 'a'))).toBe(true);
  expect(isRepeated(entry, message(1, 'b'))).toBe(true);
  expect(isRepeated(entry, message(7, 'b'))).toBe(false);
});

it('forgets nothing over second copies: as many others must come as it remembers', () => {
  const entry = freshEntry();
  for (const [offset, id] of ['a', 'b', 'c', 'd'].entries()) noteMessage(entry, message(offset, id), 4, 'handled');
  for (const [index, id] of ['b', 'c', 'd', 'b', 'c', 'd'].entries())
    noteMessage(entry, message(4 + index, id), 4, 'repeated');
  expect(isRepeated(entry, message(10, 'a'))).toBe(true);
  noteMessage(entry, message(10, 'e'), 4, 'handled');
  expect(isRepeated(entry, message(11, 'a'))).toBe(false);
});
