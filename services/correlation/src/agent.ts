import { defineAgent, stateOf } from '@muster/agent';
import type { AlertState } from './alert-state.ts';
import { hear, lookAgain } from './folding.ts';
import type { Problems } from './problems.ts';
import { group, regroup, type ScopeState } from './grouping.ts';
import { lookAtPolicyAgain, readPolicy } from './rule-problems.ts';
import { reportWork } from './sensors/work-report.ts';
import { settings } from './settings.ts';
import { lookAtSilenceAgain, readSilence } from './silence-problems.ts';

const dayMs = 24 * 3_600_000;

/** Alerts in, incidents out. */
export const correlation = defineAgent({
  name: 'correlation',
  version: '1.0.0',
  description: 'Folds what is said again, mutes what nobody wants to hear, and makes few incidents of many alerts.',
  config: settings,
  publishes: ['muster.alerts.v1', 'muster.alert-transitions.v1', 'muster.incidents.v1', 'muster.metrics.v1'],
  tables: { silences: 'muster.silences.v1', policies: 'muster.policies.v1', targets: 'muster.topology.v1' },

  handlers: (on) => ({
    alerts: on(['muster.alerts.v1'], {
      state: stateOf<AlertState>(),
      horizon: 'all',
      handle: hear,
      wake: lookAgain,
    }),
    transitions: on(['muster.alert-transitions.v1'], {
      state: stateOf<ScopeState>(),
      horizon: 7 * dayMs,
      handle: group,
      wake: regroup,
    }),
    silences: on(['muster.silences.v1'], {
      state: stateOf<Problems>(),
      horizon: 'all',
      handle: readSilence,
      wake: lookAtSilenceAgain,
    }),
    policies: on(['muster.policies.v1'], {
      state: stateOf<Problems>(),
      horizon: 'all',
      handle: readPolicy,
      wake: lookAtPolicyAgain,
    }),
  }),

  sensors: (sense) => ({
    work: sense({ everyMs: 60_000, runsOn: 'instance', sense: reportWork }),
  }),
});
