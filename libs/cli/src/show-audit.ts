/** `muster audit`: what was recorded, and whether it is what happened. */
import type { Bus, Message } from '@muster/bus';
import { isWaiting, verifyChain } from '@muster/policy';
import type { TopicName } from '@muster/schemas';
import type { GlobalOptions } from './addresses.ts';
import { auditFindings, chainsOf, withoutCopies } from './audit/findings.ts';
import { Failure } from './failure.ts';
import { interruption } from './invocation.ts';
import { formatTime } from './moment.ts';
import { readInOrder } from './replay/read-in-order.ts';
import { counted } from './replay/summary.ts';
import { withBus } from './session.ts';
import { tableLines } from './table.ts';
import type { Column } from './table.ts';
import type { Terminal } from './terminal.ts';

const mostShown = 50;

/** Prints the records of one chain, and fails when something is wrong with it. */
export async function showAudit(subject: string, options: GlobalOptions, terminal: Terminal): Promise<void> {
  const records = await withBus(options, (bus) =>
    whole(bus, 'muster.audit.v1', terminal, ({ key, value }) => key === subject || value.subject === subject),
  );
  const chain = withoutCopies(records).filter(({ value }) => !isWaiting(value));
  if (chain.length === 0) throw new Failure(`Nothing is recorded of ${subject}: a chain is named like approval/chg-7.`);
  const problems = verifyChain(chain.map(({ value }) => value));
  if (options.json) {
    await terminal.print(JSON.stringify({ subject, records: chain.map(({ value }) => value), problems }));
  } else {
    const now = Date.now();
    const columns: readonly Column<(typeof chain)[number]>[] = [
      { title: '#', text: ({ value }) => String(value.sequence), align: 'right' },
      { title: 'AT', text: ({ value }) => formatTime(value.happenedAt, now) },
      { title: 'ACTOR', text: ({ value }) => value.actor },
      { title: 'ACTION', text: ({ value }) => value.action },
      { title: 'TARGET', text: ({ value }) => value.target || '-' },
      { title: 'AUTHORITY', text: ({ value }) => value.authority || '-' },
      { title: 'FACTS', text: ({ value }) => value.facts },
    ];
    for (const line of tableLines(chain, columns, terminal)) await terminal.print(line);
  }
  if (problems.length > 0)
    throw new Failure(
      `The chain is broken: ${problems.map(({ sequence, problem }) => `${sequence} ${problem}`).join('; ')}.`,
    );
}

/** Reads all that is recorded, and what it tells of, and prints what does not fit. Throws a Failure when something doesn't. */
export async function verifyAudit(options: GlobalOptions, terminal: Terminal): Promise<void> {
  const trail = await withBus(options, async (bus) => ({
    // The records last: they come together with what they tell of, so none of what was read here can lack them yet.
    decisions: await whole(bus, 'muster.decisions.v1', terminal),
    tasks: await whole(bus, 'muster.tasks.v1', terminal),
    records: await whole(bus, 'muster.audit.v1', terminal),
  }));
  const findings = auditFindings(trail, Date.now());
  const chains = chainsOf(trail.records);
  const counts = {
    chains: chains.size,
    records: [...chains.values()].flat().length,
    decisions: trail.decisions.length,
    tasks: trail.tasks.length,
  };
  if (options.json) await terminal.print(JSON.stringify({ ...counts, findings }));
  else {
    for (const { subject, sequence, place, problem } of findings.slice(0, mostShown))
      await terminal.print(
        `${terminal.colours.red(sequence === null ? subject : `${subject} #${sequence}`)}  ${problem}  ${terminal.colours.dim(place)}`,
      );
    if (findings.length > mostShown)
      terminal.say(`... and ${counted(findings.length - mostShown, 'more')}: --json shows all.`);
    terminal.say(
      `${counted(counts.chains, 'chain')} of ${counted(counts.records, 'record')}, held against ${counted(counts.decisions, 'decision')} and ${counted(counts.tasks, 'task')}.`,
    );
  }
  if (findings.length > 0) throw new Failure(`The audit trail has ${counted(findings.length, 'problem')}.`);
}

/** Everything that a topic holds now. */
async function whole<T extends TopicName>(
  bus: Bus,
  topic: T,
  terminal: Terminal,
  isWanted: (message: Message<T>) => boolean = () => true,
): Promise<Message<T>[]> {
  const bounds = await bus.log.admin.offsets(topic);
  const ends = new Map(bounds.map(({ partition, beginning, end }) => [partition, end > beginning ? end : 0]));
  const messages: Message<T>[] = [];
  const stopping = interruption();
  try {
    await bus.warm({ reads: [topic], writes: [] });
    await readInOrder(bus, {
      stretches: [{ topic, from: { at: 'beginning' }, ends }],
      signal: stopping.signal,
      progress: (records) => terminal.progress(`${topic}: ${counted(records, 'record')}`),
      take(decoded, { partition, offset }) {
        if (decoded.kind === 'message' && isWanted(decoded.message as Message<T>))
          messages.push(decoded.message as Message<T>);
        else if (decoded.kind === 'invalid')
          terminal.say(`${topic}/${partition}/${offset} is no message of the topic: ${decoded.reason}`);
      },
    });
    if (stopping.signal.aborted) throw new Failure('Interrupted: not all was read.', 130);
  } finally {
    stopping.release();
  }
  return messages;
}
