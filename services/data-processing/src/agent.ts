import { defineAgent, type AgentDefinition } from '@muster/agent';
import { reconcileAction, rejectsAction, runJobIn, statusAction } from './actions.ts';
import { realWorkshop, type Workshop } from './run-job.ts';
import { settings } from './settings.ts';

/** The agent with some workshop for its jobs; see {@link dataProcessing}. */
export function dataProcessingIn(workshop: Workshop): AgentDefinition {
  return defineAgent({
    name: 'data-processing',
    version: '1.0.0',
    description:
      'Loads data by jobs that check every row, goes on where it was interrupted, and reconciles sets of data.',
    config: settings,
    // By jobs whose sink is one of them.
    publishes: ['muster.metrics.v1', 'muster.security-events.v1'],
    actions: (offer) => ({
      'data.run-job': offer(runJobIn(workshop)),
      'data.reconcile': offer(reconcileAction),
      'data.job-status': offer(statusAction),
      'data.job-rejects': offer(rejectsAction),
    }),
  });
}

/** Jobs in, loaded and reconciled data out. */
export const dataProcessing = dataProcessingIn(realWorkshop);
