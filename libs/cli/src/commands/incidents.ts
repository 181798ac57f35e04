import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';

const examples = `
Examples:
  $ muster incidents                          those that are open, the worst first
  $ muster incidents --all                    those that are over, too
  $ muster incidents show 0197d5a0            one of them: its alerts, what is suspected and why, what happened when

An incident may be named by the beginning of its id.`;

export function incidentsCommand(program: Command): void {
  const incidents = program
    .command('incidents')
    .description('Shows incidents: problems, each with the alerts that tell of it.')
    .addHelpText('after', examples);
  incidents
    .command('list', { isDefault: true })
    .description('Lists them, the worst first.')
    .option('--all', 'those that are over, too', false)
    .action(async (_flags: object, command: Command) => {
      const { options, terminal } = invocationOf<{ readonly all: boolean }>(command);
      const { listIncidents } = await import('../incidents/show-incidents.ts');
      await listIncidents(options, terminal);
    });
  incidents
    .command('show')
    .description('Shows one incident in full.')
    .argument('<incidentId>', 'its id, or the beginning of it')
    .action(async (incidentId: string, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf(command);
      const { showIncident } = await import('../incidents/show-incidents.ts');
      await showIncident(incidentId, options, terminal);
    });
}
