import { clientOn } from '@muster/client';
import type { WorkflowCommandInput } from '@muster/schemas';
import { readYaml } from '@muster/workflow';
import { Failure, misuse } from '../failure.ts';
import { withBus } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { readSource } from './check-file.ts';
import { personOf, publishWithinMs, type TellFlags } from './flags.ts';

const kinds: Readonly<Record<string, WorkflowCommandInput['kind']>> = {
  cancel: 'CANCEL',
  pause: 'PAUSE',
  resume: 'RESUME',
  adapt: 'ADAPT',
  answer: 'SIGNAL',
};

/** Tells a run something. What becomes of it is in its history. */
export async function tellRun(
  name: string,
  workflowId: string,
  args: readonly string[],
  options: TellFlags,
  terminal: Terminal,
): Promise<void> {
  const kind = kinds[name];
  if (kind === undefined) throw misuse(`A run can't be told to ${name}.`);
  const base = { workflowId, kind, requestedBy: personOf(options), reason: options.reason ?? '' };
  const command = { ...base, ...more(name, args) };
  await withBus(options, async (bus) => {
    const client = clientOn(bus, { source: 'muster-cli', publishTimeoutMs: publishWithinMs });
    await client.publish('muster.workflow-commands.v1', command);
  });
  if (options.json) return terminal.print(JSON.stringify(command));
  terminal.say(`Told; \`muster playbook show ${workflowId}\` shows what became of it.`);
}

function more(name: string, [first = '', second = '']: readonly string[]): Partial<WorkflowCommandInput> {
  if (name === 'adapt') return { changes: changesIn(first) };
  if (name !== 'answer') return {};
  if (second !== 'yes' && second !== 'no') throw misuse(`"${second}" is no answer: say yes or no.`);
  return { signal: `answer:${first}`, payload: JSON.stringify({ answer: second === 'yes' }) };
}

function changesIn(file: string): string {
  const read = readYaml(readSource(file));
  if ('value' in read) return JSON.stringify(read.value ?? {});
  const [problem] = read;
  throw new Failure(`${file}:${problem?.line}:${problem?.column} ${problem?.message}`);
}
