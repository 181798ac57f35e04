import { defineAgent, stateOf } from '@muster/agent';
import { forgetDecision, onDecision, type DecisionState } from './decisions.ts';
import { onIncident, type IncidentState } from './incidents.ts';
import { forgetCause, onRemediation, type CauseState } from './remediations.ts';
import { onRunMessage, wakeRun, type RunState } from './runs.ts';
import { settings } from './settings.ts';

const dayMs = 24 * 3_600_000;

/** Incidents and approved changes become runs of playbooks; runs become tasks. */
export const coordinator = defineAgent({
  name: 'coordinator',
  version: '1.0.0',
  description: 'Runs playbooks: for incidents as policies say, for approved changes, and for people.',
  config: settings,
  publishes: [
    'muster.remediations.v1',
    'muster.workflow-commands.v1',
    'muster.workflow-events.v1',
    'muster.tasks.v1',
    'muster.change-requests.v1',
    'muster.audit.v1',
  ],
  tables: {
    playbooks: 'muster.playbooks.v1',
    cards: 'muster.agent-cards.v1',
    policies: 'muster.policies.v1',
    flags: 'muster.flags.v1',
    changeRequests: 'muster.change-requests.v1',
    targets: 'muster.topology.v1',
  },

  handlers: (on) => ({
    incidents: on(['muster.incidents.v1'], { state: stateOf<IncidentState>(), horizon: 'all', handle: onIncident }),
    remediations: on(['muster.remediations.v1'], {
      state: stateOf<CauseState>(),
      horizon: 2 * dayMs,
      handle: onRemediation,
      wake: forgetCause,
    }),
    decisions: on(['muster.decisions.v1'], {
      state: stateOf<DecisionState>(),
      horizon: dayMs,
      handle: onDecision,
      wake: forgetDecision,
    }),
    runs: on(['muster.workflow-commands.v1', 'muster.task-results.v1', 'muster.task-progress.v1'], {
      state: stateOf<RunState>(),
      horizon: 9 * dayMs,
      handle: onRunMessage,
      wake: wakeRun,
    }),
  }),
});
