import { randomUUID } from 'node:crypto';
import { clientOn } from '@muster/client';
import { Failure, misuse } from '../failure.ts';
import { withBus } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { history } from '../topic-history.ts';
import { readSource } from './check-file.ts';
import { personOf, publishWithinMs, type RunFlags } from './flags.ts';
import { followRun } from './show-run.ts';

const answerWithinMs = 15_000;
const askAgainMs = 300;

/** Starts a run; with `follow`, shows it until it ends. Throws a Failure when it is refused, or nobody answers. */
export async function runPlaybook(name: string | undefined, options: RunFlags, terminal: Terminal): Promise<void> {
  const { file, input, target = null, reason = '', follow } = options;
  if ((name === undefined) === (file === undefined))
    throw misuse('Give the name of a playbook, or --file, and not both.');
  try {
    JSON.parse(input);
  } catch {
    throw misuse('--input is no JSON: give an object, e.g. \'{"target":"shop"}\'.');
  }
  const workflowId = options.id ?? `run-${name ?? 'file'}-${randomUUID().slice(0, 8)}`;
  const graph = file === undefined ? null : readSource(file);
  await withBus(options, async (bus) => {
    const from = { at: 'time', time: Date.now() - 60_000 } as const;
    const client = clientOn(bus, { source: 'muster-cli', publishTimeoutMs: publishWithinMs });
    await client.publish('muster.workflow-commands.v1', {
      workflowId,
      kind: 'START',
      playbook: name ?? null,
      graph,
      input,
      target,
      reason,
      requestedBy: personOf(options),
    });
    await bus.warm({ reads: ['muster.workflow-events.v1'], writes: [] });
    const until = Date.now() + answerWithinMs;
    for (;;) {
      const events = await history(bus, 'muster.workflow-events.v1', from);
      const answer = events.find(({ value }) => value.workflowId === workflowId);
      if (answer?.value.kind === 'RUN_REFUSED') throw new Failure(`The run was ${answer.value.text}.`);
      if (answer !== undefined) break;
      if (Date.now() > until)
        throw new Failure(
          `Nobody started run ${workflowId} within ${answerWithinMs / 1_000} s: is the coordinator running? \`muster status\` tells.`,
        );
      await new Promise((resolve) => setTimeout(resolve, askAgainMs));
    }
    if (!follow) {
      if (options.json) return terminal.print(JSON.stringify({ workflowId }));
      return terminal.say(`Run ${workflowId} has begun; \`muster playbook show ${workflowId} --follow\` shows it.`);
    }
    return followRun(bus, workflowId, { ...options, from }, terminal);
  });
}
