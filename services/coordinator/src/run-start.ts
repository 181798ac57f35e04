/** Starting runs, or saying why they can't be. */
import type { Message } from '@muster/bus';
import type { WorkflowCommand } from '@muster/schemas';
import { start, startInput, type Advanced } from '@muster/workflow';
import { findPlaybook } from './known-playbooks.ts';
import { hostOf } from './requirements.ts';
import { remediationEnded, type Said } from './saying.ts';
import type { Context } from './tables.ts';

/** Runs within runs: each adds a step and a part to the id. */
const deepest = 16;
const mostId = 400;

/** The first state of a run, or why it can't be started, in a sentence. */
export function startRun(command: WorkflowCommand, context: Context<unknown>): Advanced | { readonly problem: string } {
  const { tables, now } = context;
  const { workflowId, input, requestedBy, target, incidentId, changeId, parent, cause, envelope } = command;
  if (workflowId.length > mostId) return { problem: `its id has ${workflowId.length} characters (limit ${mostId})` };
  if (parent !== null && workflowId.split('/').length > deepest)
    return { problem: `playbooks run each other more than ${deepest / 2} deep` };
  if (parent === null && workflowId.includes('/') && envelope.source !== 'coordinator')
    return { problem: `its id has a "/", which is kept for runs within runs, and it came from ${envelope.source}` };
  if (changeId !== null && envelope.source !== 'coordinator')
    return {
      problem: `only the coordinator starts runs on the authority of a change, and this came from ${envelope.source}`,
    };
  const found = findPlaybook(command, tables.playbooks, tables.cards);
  if ('problem' in found) return found;
  let given: unknown;
  try {
    given = JSON.parse(input);
  } catch {
    return { problem: 'its input is no JSON' };
  }
  const read = startInput(found.playbook, given);
  if ('problem' in read) return read;
  const about = { requestedBy, target: target ?? targetIn(read.input), incidentId, changeId, parent, cause };
  return start({ workflowId, playbook: found.playbook, input: read.input, about }, now, hostOf(context));
}

/** Where nobody says what a run is about, its input may. */
function targetIn({ target }: Readonly<Record<string, unknown>>): string | null {
  return typeof target === 'string' && target !== '' ? target : null;
}

/** Tells everybody who waits that a run was refused. */
export function refusal(
  { value: command }: Message<'muster.workflow-commands.v1'>,
  problem: string,
  now: number,
): Said[] {
  const { workflowId, playbook, incidentId, target, cause, parent, changeId } = command;
  const { correlationId } = command.envelope;
  const text = `refused: ${problem}`.slice(0, 500);
  const about = { incidentId, target };
  const value = {
    workflowId,
    sequence: 1,
    kind: 'RUN_REFUSED' as const,
    happenedAt: now,
    text,
    playbook: playbook ?? '',
    incidentId,
    target,
    cause,
    changeId,
  };
  const said: Said[] = [{ topic: 'muster.workflow-events.v1', value, correlationId }];
  if (cause !== null) said.push(remediationEnded(cause, { workflowId, about, correlationId }, false, text));
  if (parent !== null) {
    const payload = JSON.stringify({ workflowId, kind: 'RUN_REFUSED', text, output: {} });
    const signal = `run-ended:${parent.stepId}`;
    const told = {
      workflowId: parent.workflowId,
      kind: 'SIGNAL' as const,
      signal,
      payload,
      requestedBy: 'coordinator',
    };
    said.push({ topic: 'muster.workflow-commands.v1', value: told, correlationId });
  }
  return said;
}
