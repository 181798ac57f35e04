import type { AgentCard } from '@muster/schemas';
import { expect, it } from 'vitest';
import { cardOf, contextOf, now, tables } from '../test/mesh-tables.ts';
import { lookAgain, readCard, type Disbelief } from './card-watch.ts';

function read(value: AgentCard, state?: Disbelief, key = value.agent) {
  const message = { topic: 'muster.agent-cards.v1', partition: 0, offset: 0, timestamp: now, key, id: 'm', value, headers: {} } as const; // prettier-ignore
  return readCard(message, { ...contextOf(tables()), state });
}
const liar = cardOf('echo-a', [], { consumes: ['muster.inbox.echo-b.v1'] });

it('says when a card is not believed, once, and when it is again', () => {
  const first = read(liar);
  if (first.kind !== 'handled') throw new Error('it should be told');
  expect(first.publish?.[0]?.value).toMatchObject({
    fingerprint: 'muster/router/card/echo-a',
    status: 'FIRING',
    description: 'it claims muster.inbox.echo-b.v1, which is the inbox of another agent.',
  });
  const state = first.state ?? undefined;
  expect(read(liar, state).kind).toBe('ignored');
  const end = read(cardOf('echo-a', []), state);
  expect(end).toMatchObject({ state: null, publish: [{ value: { status: 'RESOLVED', endsAt: now } }] });
});

it('notices that a card is gone', () => {
  const mesh = tables();
  const state = { fault: 'a reason', startsAt: now - 1_000, correlationId: 'c' };
  const context = { ...contextOf(mesh), key: 'echo-a', state };
  mesh.cards.put(liar);
  expect(lookAgain(context)).toEqual({ kind: 'handled', wakeAt: now + 600_000 });
  mesh.cards.remove('echo-a');
  expect(lookAgain(context)).toMatchObject({
    state: null,
    publish: [{ value: { status: 'RESOLVED', startsAt: now - 1_000, description: 'It was taken away.' } }],
  });
});

it('minds nothing about a card like any other', () => expect(read(cardOf('echo-a', [])).kind).toBe('ignored'));

it('does not believe a card under the name of another', () => {
  expect(read(cardOf('echo-a', []), undefined, 'echo-b')).toMatchObject({ kind: 'handled', state: { fault: expect.stringContaining('speaks for echo-a') } }); // prettier-ignore
});

it.each(['Echo A', 'a.b'])(
  'does not believe in an agent called %s',
  (agent) =>
  expect(read(cardOf(agent, []))).toMatchObject({ kind: 'handled', state: { fault: expect.stringContaining('no name') } }), // prettier-ignore
);
