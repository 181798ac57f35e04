import { Command, CommanderError } from 'commander';
import { auditCommand } from './commands/audit.ts';
import { blocksCommand } from './commands/blocks.ts';
import { deadLettersCommand } from './commands/dead-letters.ts';
import { demoCommand } from './commands/demo.ts';
import { downCommand } from './commands/down.ts';
import { flagsCommand, freezeCommand, killSwitchCommand, shadowCommand } from './commands/flags.ts';
import { healthCommand } from './commands/health.ts';
import { incidentsCommand } from './commands/incidents.ts';
import { ingestCommand } from './commands/ingest.ts';
import { jobCommand } from './commands/job.ts';
import { playCommand } from './commands/play.ts';
import { playbookCommand } from './commands/playbook.ts';
import { publishCommand } from './commands/publish.ts';
import { replayCommand } from './commands/replay.ts';
import { policyCommand } from './commands/policy.ts';
import { requestCommand } from './commands/request.ts';
import { reviewCommand, reviewsCommand } from './commands/reviews.ts';
import { schemasCommand } from './commands/schemas.ts';
import { silenceCommand } from './commands/silence.ts';
import { statusCommand } from './commands/status.ts';
import { tailCommand } from './commands/tail.ts';
import { topicsCommand } from './commands/topics.ts';
import { upCommand } from './commands/up.ts';
import { exitCodeOf, sentenceOf } from './failure-sentence.ts';

const introduction = `
First steps:
  $ muster up                        starts the mesh on this machine
  $ muster status                    shows how it is
  $ muster tail alerts               shows what it finds
  $ muster publish metrics '{"target": "shop", "name": "orders", "value": 3, "at": ${Date.now()}}'

Kafka and the schema registry are those that --brokers and --schema-registry name, else KAFKA_BROKERS and SCHEMA_REGISTRY_URL,
else those of the mesh that runs here. \`muster <command> --help\` tells more and has examples.`;

/** The whole command line. Actions load what they need when they run. */
function musterProgram(): Command {
  const program = new Command('muster')
    .description('Muster: a mesh of operations agents on Kafka.')
    .version('0.1.0')
    .option('--brokers <list>', 'Kafka brokers, host:port separated by commas')
    .option('--schema-registry <url>', "the schema registry's URL")
    .option('--data-dir <folder>', 'where the local mesh keeps its data (default: .muster/dev)')
    .option('--json', 'the result as JSON on standard output')
    .option('--verbose', 'shows where an error comes from')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('`muster --help` shows what there is.')
    .addHelpText('after', introduction)
    .exitOverride();
  const daily = [
    upCommand,
    downCommand,
    statusCommand,
    tailCommand,
    publishCommand,
    requestCommand,
    playCommand,
    ingestCommand,
    replayCommand,
    jobCommand,
  ];
  const repair = [deadLettersCommand, topicsCommand, schemasCommand, demoCommand];
  const people = [playbookCommand, reviewsCommand, reviewCommand, policyCommand];
  const safety = [flagsCommand, killSwitchCommand, freezeCommand, shadowCommand, auditCommand];
  const findings = [incidentsCommand, healthCommand, silenceCommand, blocksCommand];
  for (const add of [daily, findings, people, repair, safety].flat()) add(program);
  for (const command of program.commands)
    command.showHelpAfterError(`\`muster ${command.name()} --help\` shows how it is used.`);
  return program;
}

/** Runs a command line (without program names) and gives the exit code: 0 done, 1 failed, 2 asked for in the wrong way. */
export async function run(args: readonly string[]): Promise<number> {
  const program = musterProgram();
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const isVerbose = program.opts<{ verbose?: boolean }>().verbose === true;
    process.stderr.write(`${sentenceOf(error, isVerbose)}\n`);
    return exitCodeOf(error);
  }
}
