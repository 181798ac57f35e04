import { defineAgent, stateOf } from '@muster/agent';
import { judge, lookAgain } from './judging.ts';
import { performCheck } from './checks/perform-check.ts';
import { probing } from './sensors/probing.ts';
import { settings } from './settings.ts';
import type { TargetState } from './target-state.ts';

const minuteMs = 60_000;

/** Probes in, reports and alerts out. */
export const health = defineAgent({
  name: 'health',
  version: '1.0.0',
  description: 'Checks targets and says how they are, what they suffer from and how well they were available.',
  config: settings,
  publishes: ['muster.check-results.v1', 'muster.health-reports.v1', 'muster.alerts.v1'],
  tables: { targets: 'muster.topology.v1', reports: 'muster.health-reports.v1' },

  handlers: (on) => ({
    targets: on(['muster.check-results.v1'], {
      state: stateOf<TargetState>(),
      // The reports hold what came before: a state that is lost is gone on with from there.
      horizon: 10 * minuteMs,
      handle: judge,
      wake: lookAgain,
    }),
  }),

  sensors: (sense) => ({
    checks: sense({ everyMs: 250, ...probing(performCheck) }),
  }),
});
