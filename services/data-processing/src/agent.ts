import { defineAgent } from '@muster/agent';
import { reconcileAction, rejectsAction, runJobAction, statusAction } from './actions.ts';
import { settings } from './settings.ts';

/** Jobs in, loaded and reconciled data out. */
export const dataProcessing = defineAgent({
  name: 'data-processing',
  version: '1.0.0',
  description:
    'Loads data by jobs that check every row, goes on where it was interrupted, and reconciles sets of data.',
  config: settings,
  // By jobs whose sink is one of them.
  publishes: ['muster.metrics.v1', 'muster.security-events.v1'],
  actions: (offer) => ({
    'data.run-job': offer(runJobAction),
    'data.reconcile': offer(reconcileAction),
    'data.job-status': offer(statusAction),
    'data.job-rejects': offer(rejectsAction),
  }),
});
