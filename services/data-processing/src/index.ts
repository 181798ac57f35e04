export { dataProcessing } from './agent.ts';
export { dataRoot } from './data-root.ts';
export { connectPostgres } from './postgres-connection.ts';
export { reconcile } from './reconcile.ts';
export { runJob } from './run-job.ts';
