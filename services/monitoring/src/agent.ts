import { defineAgent, stateOf } from '@muster/agent';
import { lookAgain, readPolicy, type PolicyProblems } from './rule-problems.ts';
import { senseRuleUsage } from './sensors/rule-usage.ts';
import type { SeriesState } from './series-state.ts';
import { observe, wake } from './series.ts';
import { settings } from './settings.ts';

const minuteMs = 60_000;

/** Signals in, alerts out. */
export const monitoring = defineAgent({
  name: 'monitoring',
  version: '1.0.0',
  description: 'Watches every metric and says what is unusual, broken, missing or about to run out.',
  config: settings,
  publishes: ['muster.alerts.v1', 'muster.metrics.v1'],
  tables: { targets: 'muster.topology.v1', policies: 'muster.policies.v1' },

  handlers: (on) => ({
    series: on(['muster.metrics.v1'], {
      state: stateOf<SeriesState>(),
      horizon: 2 * 60 * minuteMs,
      handle: observe,
      wake,
    }),
    policies: on(['muster.policies.v1'], {
      state: stateOf<PolicyProblems>(),
      horizon: 'all',
      handle: readPolicy,
      wake: lookAgain,
    }),
  }),

  sensors: (sense) => ({
    ruleUsage: sense({ everyMs: 10 * minuteMs, runsOn: 'instance', sense: senseRuleUsage }),
  }),
});
