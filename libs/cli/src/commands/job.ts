import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';
import type { JobRejectsFlags, JobRunFlags } from '../jobs/run-job.ts';

const examples = `
Examples:
  $ muster job check nightly-load.yaml                what is wrong, with line and column
  $ muster job run nightly-load.yaml                  shows how far it is, and what became of it
  $ muster job run nightly-load.yaml --id load-7      asking again with the same id goes on where it stopped
  $ muster job run compare-books.yaml                 a reconciliation (left: and right:) runs the same way
  $ muster job status load-7
  $ muster job rejects load-7 --limit 20 --json | jq .reason

How jobs are written: docs/jobs.md. A run that is PARTIAL has loaded all rows but those that muster job rejects shows; its exit code is 0.`;

export function jobCommand(program: Command): void {
  const job = program
    .command('job')
    .description('Jobs that load or compare data: check, run, how far they are, what they rejected.')
    .addHelpText('after', examples);
  job
    .command('check')
    .description('Says what is wrong with a job; exit code 1 when anything is. Needs no mesh.')
    .argument('<file>', 'YAML or JSON')
    .action(async (file: string, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf(command);
      const { checkJobFile } = await import('../jobs/check-job-file.ts');
      await checkJobFile(file, options, terminal);
    });
  job
    .command('run')
    .description('Checks a job, asks the mesh to run it, and waits for its end.')
    .argument('<file>', 'YAML or JSON')
    .option('--id <runId>', 'id of the run (default: its name and the time)')
    .option('--timeout <duration>', 'how long to wait for news of it; progress renews it', '2m')
    .action(async (file: string, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf<JobRunFlags>(command);
      const { runJobFile } = await import('../jobs/run-job.ts');
      await runJobFile(file, options, terminal);
    });
  job
    .command('status')
    .description('Shows how far a run is.')
    .argument('<runId>', 'the run, as muster job run named it')
    .action(async (runId: string, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf(command);
      const { showJobStatus } = await import('../jobs/run-job.ts');
      await showJobStatus(runId, options, terminal);
    });
  job
    .command('rejects')
    .description('Shows the rows that a run did not load, and why.')
    .argument('<runId>', 'the run')
    .option('--from <n>', 'how many are passed over', '0')
    .option('--limit <n>', 'how many are shown, up to 500', '100')
    .action(async (runId: string, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf<JobRejectsFlags>(command);
      const { showJobRejects } = await import('../jobs/run-job.ts');
      await showJobRejects(runId, options, terminal);
    });
}
