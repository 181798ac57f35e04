import type { Bus, StartAt } from '@muster/bus';
import type { WorkflowEvent } from '@muster/schemas';
import { Failure } from '../failure.ts';
import { interruption } from '../invocation.ts';
import { withBus } from '../session.ts';
import { tailTopic } from '../tail.ts';
import type { Terminal } from '../terminal.ts';
import type { ShowFlags } from './flags.ts';
import { eventLine, hasEnded, inOrder, runLines } from './run-view.ts';

/** Prints a run; with `follow`, on until it ends. Throws a Failure when there is no such run. */
export async function showRun(workflowId: string, options: ShowFlags, terminal: Terminal): Promise<void> {
  await withBus(options, (bus) => followRun(bus, workflowId, { ...options, from: { at: 'beginning' } }, terminal));
}

/** Throws a Failure when nothing is known of the run, or it was refused. */
export async function followRun(
  bus: Bus,
  workflowId: string,
  { follow, json = false, from }: ShowFlags & { readonly from: StartAt },
  terminal: Terminal,
): Promise<void> {
  const stopping = interruption();
  const enough = new AbortController();
  const known: WorkflowEvent[] = [];
  let isShown = false;
  const show = async (): Promise<void> => {
    isShown = true;
    if (json)
      for (const { envelope: _, ...event } of inOrder(known) as WorkflowEvent[])
        await terminal.print(JSON.stringify(event));
    else for (const line of runLines(inOrder(known), { ...terminal, now: Date.now() })) await terminal.print(line);
    if (!follow || hasEnded(known)) enough.abort();
  };
  try {
    await bus.warm({ reads: ['muster.workflow-events.v1'], writes: [] });
    await tailTopic(bus, {
      topic: 'muster.workflow-events.v1',
      from,
      // All of a run is in one partition, and nothing else of the topic is read.
      ...(from.at === 'beginning' ? { key: workflowId } : {}),
      signal: AbortSignal.any([stopping.signal, enough.signal]),
      async entry(entry) {
        if (entry.kind !== 'message') return;
        const value = entry.message.value as WorkflowEvent;
        if (value.workflowId !== workflowId || known.some(({ sequence }) => sequence === value.sequence)) return;
        known.push(value);
        if (!isShown) return;
        const { envelope: _, ...event } = value;
        await terminal.print(
          json ? JSON.stringify(event) : eventLine(value, known[0]?.happenedAt ?? value.happenedAt, terminal.colours),
        );
        if (hasEnded(known)) enough.abort();
      },
      caughtUp: show,
    });
  } finally {
    stopping.release();
  }
  if (known.length === 0)
    throw new Failure(
      `Nothing is known of a run ${workflowId}: \`muster tail workflow-events --from 1d\` shows those there are.`,
    );
  if (known.some(({ kind }) => kind === 'RUN_REFUSED'))
    throw new Failure(`The run was ${known[0]?.text ?? 'refused'}.`);
}
