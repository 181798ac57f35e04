import { Argument, type Command } from 'commander';
import { logKinds, type LogKind } from '@muster/ingest';
import type { IngestOptions } from '../ingest/ingest-log.ts';
import { invocationOf } from '../invocation.ts';

const examples = `
Examples:
  $ muster ingest auth /var/log/auth.log --target gate-1
  $ tail -F /var/log/nginx/access.log | muster ingest web - --target shop
  $ muster ingest web old.log.gz --target shop --shift 400d      moves the times of an old log, which the mesh would not take
  $ muster ingest auth auth.log --dry-run                        only says what it would publish

auth: OpenSSH and other daemons, as syslog or the journal writes them. web: access and error logs of nginx and Apache. json: an object a line.
any: what each line looks like. Lines that are none of these are counted and the first of them shown; the others are published.`;

export function ingestCommand(program: Command): void {
  program
    .command('ingest')
    .description('Publishes what a log tells of logins, connections and requests as security events.')
    .addArgument(new Argument('<kind>', 'what log it is').choices(logKinds))
    .argument('<file>', 'the log, plain or .gz, or - for standard input')
    .option('--target <name>', 'what the log is of, where its lines do not say', 'unknown')
    .option('--shift <duration>', 'moves all times later by so much: 30d')
    .option('--dry-run', 'publishes nothing', false)
    .addHelpText('after', examples)
    .action(async (kind: LogKind, file: string, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf<IngestOptions>(command);
      const { ingestLog } = await import('../ingest/ingest-log.ts');
      await ingestLog(kind, file, options, terminal);
    });
}
