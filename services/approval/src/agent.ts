import { defineAgent, stateOf } from '@muster/agent';
import type { AuditChainEnd } from '@muster/policy';
import type { ChangeState } from './change-state.ts';
import { handleChange, wakeChange } from './changes.ts';
import { keepLedger, wakeLedger, type LedgerState } from './ledger.ts';
import { chainHorizonMs, forgetChain, keepChain } from './keeping-chains.ts';
import { collectOutcomes, forgetRun, type RunState } from './outcomes.ts';
import { settings } from './settings.ts';

const dayMs = 24 * 3_600_000;

/** Change requests in, decisions out. */
export const approval = defineAgent({
  name: 'approval',
  version: '1.0.0',
  description: 'Decides on change requests by policy, risk, experience and budgets, and asks people for the rest.',
  config: settings,
  publishes: ['muster.decisions.v1', 'muster.change-claims.v1', 'muster.change-grants.v1', 'muster.audit.v1'],
  tables: { targets: 'muster.topology.v1', policies: 'muster.policies.v1', flags: 'muster.flags.v1' },

  handlers: (on) => ({
    // Its own decisions too: after a loss of the state, what was decided counts, and not what would be decided by the rules of today.
    changes: on(['muster.change-requests.v1', 'muster.reviews.v1', 'muster.change-grants.v1', 'muster.decisions.v1'], {
      state: stateOf<ChangeState>(),
      horizon: 'all',
      handle: handleChange,
      wake: wakeChange,
    }),
    ledger: on(['muster.change-claims.v1'], {
      state: stateOf<LedgerState>(),
      horizon: 30 * dayMs,
      handle: keepLedger,
      wake: wakeLedger,
    }),
    chains: on(['muster.audit.v1'], {
      state: stateOf<AuditChainEnd>(),
      horizon: chainHorizonMs,
      handle: keepChain,
      wake: forgetChain,
    }),
    outcomes: on(['muster.workflow-events.v1'], {
      state: stateOf<RunState>(),
      horizon: 7 * dayMs,
      handle: collectOutcomes,
      wake: forgetRun,
    }),
  }),
});
