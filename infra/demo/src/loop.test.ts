import { expect, it } from 'vitest';
import { heard, startedAt } from '../test/loop-builder.ts';
import { aboutTarget, type Heard } from './loop.ts';
import type { DemoEvent } from './story.ts';

const heardOf = (...events: readonly DemoEvent[]): Heard[] =>
  events.flatMap((event) => (event.kind === 'loop' ? [{ ...event.message, at: event.at }] : []));
const ids = (all: readonly Heard[]): string[] => all.map(({ record }) => record.envelope.id);
const ours = (...events: readonly DemoEvent[]) => ids(aboutTarget(heardOf(...events), 'shop', startedAt));
const other = (id: string, correlationId: string) => {
  return { id, correlationId, time: startedAt + 1, source: 'mesh', causationId: null };
};

it('is about a target by name, or by belonging together with what is', () => {
  expect(
    ours(
      heard(46, 'result', {}),
      heard(42, 'incident', { target: 'payments', targets: ['payments', 'shop'] }),
      heard(43, 'decision', { target: 'billing', envelope: other('d', 'c-2') }),
      heard(47, 'result', { envelope: other('r', 'c-2') }),
    ),
  ).toEqual(['result-46', 'incident-42']);
});

it('is about nothing that was published before', () => {
  expect(ours(heard(-5, 'incident', {}), heard(46, 'result', {}))).toEqual([]);
});
