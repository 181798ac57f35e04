import { defineAgent, stateOf } from '@muster/agent';
import { blockAddress } from './actions/block-address.ts';
import { releaseAddress } from './actions/release-address.ts';
import { hearActor, lookAtActorAgain, type ActorState } from './actors.ts';
import type { AddressState } from './address-state.ts';
import { hear } from './addresses.ts';
import { keepLedger, wakeLedger, type LedgerState } from './block-ledger.ts';
import { lookAgain } from './blocked.ts';
import { carryOut } from './carry-out.ts';
import { settings } from './settings.ts';
import { forgetTarget, learnDay, type TargetState } from './target-history.ts';

const dayMs = 86_400_000;

/** Security events in; blocks with an end, alerts and questions to people out. */
export const security = defineAgent({
  name: 'security',
  version: '1.0.0',
  description: 'Finds who attacks, keeps addresses out for a time, and asks people where more is at stake.',
  config: settings,
  publishes: [
    'muster.alerts.v1',
    'muster.blocks.v1',
    'muster.change-requests.v1',
    'muster.security-events.v1',
    'muster.actor-events.v1',
    'muster.block-claims.v1',
    'muster.address-days.v1',
    'muster.target-limits.v1',
  ],
  tables: { blocks: 'muster.blocks.v1', limits: 'muster.target-limits.v1' },

  handlers: (on) => ({
    addresses: on(['muster.security-events.v1', 'muster.blocks.v1'], {
      state: stateOf<AddressState>(),
      horizon: 7 * dayMs,
      handle: hear,
      wake: lookAgain,
    }),
    actors: on(['muster.actor-events.v1'], {
      state: stateOf<ActorState>(),
      horizon: 7 * dayMs,
      handle: hearActor,
      wake: lookAtActorAgain,
    }),
    blocks: on(['muster.block-claims.v1'], {
      state: stateOf<LedgerState>(),
      horizon: 3_600_000,
      seenIds: 256,
      handle: keepLedger,
      wake: wakeLedger,
    }),
    targets: on(['muster.address-days.v1'], {
      state: stateOf<TargetState>(),
      horizon: 30 * dayMs,
      handle: learnDay,
      wake: forgetTarget,
    }),
    results: on(['muster.task-results.v1'], { state: stateOf<never>(), horizon: 3_600_000, handle: carryOut }),
  }),

  actions: (offer) => ({
    'security.block-address': offer(blockAddress),
    'security.release-address': offer(releaseAddress),
  }),
});
