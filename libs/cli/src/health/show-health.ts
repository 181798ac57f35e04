/** `muster health`: how targets are. */
import type { Bus } from '@muster/bus';
import { didYouMean } from '@muster/policy';
import type { HealthReport } from '@muster/schemas';
import type { GlobalOptions } from '../addresses.ts';
import { Failure, misuse } from '../failure.ts';
import { interruption } from '../invocation.ts';
import { withBus } from '../session.ts';
import { tailTopic } from '../tail.ts';
import type { Terminal } from '../terminal.ts';
import { newestRecords } from '../topic-history.ts';
import { summaryOf, tableOfTargets, targetLines, worstTargetsFirst } from './health-lines.ts';

type Options = GlobalOptions & { readonly watch: boolean };

const topic = 'muster.health-reports.v1';
const clearScreen = '\u001b[H\u001b[2J';

/** Prints the table of targets, or one of them in full. Throws a Failure when there is no such target, and when one that is shown does not work. */
export async function showHealth(target: string | undefined, options: Options, terminal: Terminal): Promise<void> {
  if (options.watch && (target !== undefined || options.json))
    throw misuse('--watch shows the table of all targets: leave the target and --json out.');
  await withBus(options, async (bus) => {
    if (options.watch) return watch(bus, terminal);
    const reports = [...(await newestRecords(bus, topic)).values()].toSorted(worstTargetsFirst);
    if (target !== undefined) return showOne(target, reports, options, terminal);
    if (options.json) await terminal.print(JSON.stringify(reports));
    else await printTable(reports, terminal);
    failWhereBroken(reports);
  });
}

function failWhereBroken(reports: readonly HealthReport[]): void {
  const broken = reports.filter(({ status }) => status === 'UNHEALTHY').map(({ target }) => target);
  if (broken.length === 0) return;
  const named = `${broken.slice(0, 5).join(', ')}${broken.length > 5 ? ` and ${broken.length - 5} more` : ''}`;
  throw new Failure(`${named} ${broken.length === 1 ? 'does' : 'do'} not work.`);
}

async function showOne(
  target: string,
  reports: readonly HealthReport[],
  options: Options,
  terminal: Terminal,
): Promise<void> {
  const report = reports.find((each) => each.target === target);
  if (report === undefined) {
    const known = reports.map((each) => each.target);
    throw new Failure(`\`muster health\` knows nothing of ${target}${didYouMean(target, known)}`);
  }
  if (options.json) await terminal.print(JSON.stringify(report));
  else for (const line of targetLines(report, reports, terminal, Date.now())) await terminal.print(line);
  failWhereBroken([report]);
}

async function printTable(reports: readonly HealthReport[], terminal: Terminal): Promise<void> {
  if (reports.length === 0)
    return terminal.say(
      'No target is checked: set MUSTER_TARGETS_FILE for the agent health; docs/health.md shows how.',
    );
  for (const line of tableOfTargets(reports, terminal, Date.now())) await terminal.print(line);
  terminal.say(summaryOf(reports));
}

/** The table, again whenever it changed, once a second at the most. */
async function watch(bus: Bus, terminal: Terminal): Promise<void> {
  const { signal, release } = interruption();
  const reports = new Map<string, HealthReport>();
  let hasChanged = true;
  let isCaughtUp = false;
  const show = async (): Promise<void> => {
    if (!hasChanged || !isCaughtUp) return;
    hasChanged = false;
    if (process.stdout.isTTY) process.stdout.write(clearScreen);
    await printTable([...reports.values()].toSorted(worstTargetsFirst), terminal);
  };
  const timer = setInterval(() => void show(), 1_000);
  try {
    await tailTopic(bus, {
      topic,
      from: { at: 'beginning' },
      signal,
      caughtUp: () => void (isCaughtUp = true),
      async entry(entry) {
        if (entry.kind === 'message') reports.set(entry.message.key, entry.message.value as HealthReport);
        else if (entry.kind === 'tombstone') reports.delete(entry.key);
        hasChanged = true;
      },
    });
  } finally {
    clearInterval(timer);
    release();
  }
}
