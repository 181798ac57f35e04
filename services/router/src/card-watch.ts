import { handled, ignored, type HandlerContext, type Outcome } from '@muster/agent';
import type { Message } from '@muster/bus';
import type { AlertInput } from '@muster/schemas';
import { cardFault } from './card-fault.ts';
import type { RouterTables } from './routing.ts';
import type { Settings } from './settings.ts';

/** The card under this key can't be believed. */
export interface Disbelief {
  readonly fault: string;
  readonly startsAt: number;
  readonly correlationId: string;
}

type Context = HandlerContext<Disbelief, Settings, RouterTables>;

type Watched = Outcome<Disbelief, 'muster.alerts.v1'>;

/** A card that was taken away reaches no handler, but is gone from the table: looked for this often while it is not believed. */
const lookAgainMs = 600_000;

/** A card came: one that is passed over in routing is said where people look, until a right one comes in its place, or none is left. */
export function readCard({ key, value: card }: Message<'muster.agent-cards.v1'>, { state, now }: Context): Watched {
  const fault = key === card.agent ? cardFault(card) : `it stands under "${key}" and speaks for ${card.agent}`;
  if (fault === state?.fault) return ignored(fault ?? 'a card like any other');
  const { startsAt, correlationId } = state ?? { startsAt: now, correlationId: card.envelope.correlationId };
  if (fault === undefined) return ended(key, { fault: 'It is right again', startsAt, correlationId }, now);
  const disbelief = { fault, startsAt, correlationId };
  return handled({
    state: disbelief,
    publish: [{ topic: 'muster.alerts.v1', value: alertOf(key, disbelief, null), correlationId }],
    wakeAt: now + lookAgainMs,
  });
}

export function lookAgain({ key, state, now, tables }: Context): Watched {
  if (state === undefined) return ignored('nothing is wrong');
  if (tables.cards.get(key) !== undefined) return handled({ wakeAt: now + lookAgainMs });
  return ended(key, { ...state, fault: 'It was taken away' }, now);
}

function ended(key: string, last: Disbelief, now: number): Watched {
  const { correlationId } = last;
  return handled({
    state: null,
    publish: [{ topic: 'muster.alerts.v1', value: alertOf(key, last, now), correlationId }],
    wakeAt: null,
  });
}

function alertOf(key: string, { fault, startsAt }: Disbelief, endsAt: number | null): AlertInput {
  return {
    fingerprint: `muster/router/card/${key}`,
    status: endsAt === null ? 'FIRING' : 'RESOLVED',
    severity: 'WARNING',
    target: 'muster/router',
    category: 'MESH',
    title: `the card of ${key} is not believed`,
    description: `${fault}.`,
    startsAt,
    endsAt,
  };
}
