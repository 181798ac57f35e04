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

/** A card came: one that is passed over in routing is said where people look, until a right one comes in its place. */
export function readCard(
  { key, value: card }: Message<'muster.agent-cards.v1'>,
  { state, now }: Context,
): Outcome<Disbelief, 'muster.alerts.v1'> {
  const fault = key === card.agent ? cardFault(card) : `it stands under "${key}" and speaks for ${card.agent}`;
  if (fault === state?.fault) return ignored(fault ?? 'a card like any other');
  const { startsAt, correlationId } = state ?? { startsAt: now, correlationId: card.envelope.correlationId };
  const value: AlertInput = {
    fingerprint: `muster/router/card/${key}`,
    status: fault === undefined ? 'RESOLVED' : 'FIRING',
    severity: 'WARNING',
    target: 'muster/router',
    category: 'MESH',
    title: `the card of ${key} is not believed`,
    description: `${fault ?? 'It is right again'}.`,
    startsAt,
    endsAt: fault === undefined ? now : null,
  };
  return handled({
    state: fault === undefined ? null : { fault, startsAt, correlationId },
    publish: [{ topic: 'muster.alerts.v1', value, correlationId }],
  });
}
