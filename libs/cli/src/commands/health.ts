import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';

const examples = `
Examples:
  $ muster health                             how all targets are, the worst first
  $ muster health --watch                     and again whenever that changes
  $ muster health shop                        one of them: its checks, what it suffers from, its availability
  $ muster health --json | jq '.[] | select(.status != "HEALTHY") | .target'
                                              those that are not well, for a script
  $ muster health check targets.yaml          what is wrong with a file of targets, with line and column

STATUS with a question mark: the latest results speak against it, but not often enough yet. 1 H, 24 H, 7 D: how much of the time that
somebody looked it was available. TREND: by how many points that changed lately. REASON begins with the cause where that is another target.

Exit code 0: all that is shown works (DEGRADED, too). 1: something is UNHEALTHY, or there is no such target. 2: asked for in the wrong way.

How targets and checks are declared: docs/health.md.`;

export function healthCommand(program: Command): void {
  const health = program
    .command('health')
    .description('Shows how targets are, as the agent health finds them.')
    .addHelpText('after', examples);
  health
    .command('show', { isDefault: true })
    .description('Shows all targets, or one in full.')
    .argument('[target]', 'its name')
    .option('--watch', 'shows the table again whenever it changes, until Ctrl-C', false)
    .action(async (target: string | undefined, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf<{ readonly watch: boolean }>(command);
      const { showHealth } = await import('../health/show-health.ts');
      await showHealth(target, options, terminal);
    });
  health
    .command('check')
    .description('Says what is wrong with a file of targets; exit code 1 when anything is. Needs no mesh.')
    .argument('<file>', 'YAML or JSON')
    .action(async (file: string, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf(command);
      const { checkTargetsFile } = await import('../health/check-targets-file.ts');
      await checkTargetsFile(file, options, terminal);
    });
}
