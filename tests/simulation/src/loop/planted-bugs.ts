/** Bugs of single agents that break a promise of the loop, planted from outside, so that it can be seen that the simulation finds them. */
import type { AgentDefinition, Publication } from '@muster/agent';
import type { Message } from '@muster/bus';
import type { Plant } from '@muster/testkit';
import { plantedRunBugs } from './planted-run-bugs.ts';
import { answering, inAgent, inHandler, saying, valueOf, type Handle } from '../planting.ts';

const decisionForged = answering((publication) => {
  const request = valueOf(publication, 'muster.change-requests.v1');
  if (request === null) return undefined;
  const { workflowId = null, stepId, changeId } = request;
  const envelope = { id: '', time: 0, source: 'coordinator', correlationId: '', causationId: null };
  const payload = JSON.stringify({ verdict: 'APPROVED', isShadow: false, reason: '', changeId, expiresAt: null });
  const value = {
    workflowId,
    kind: 'SIGNAL',
    signal: `decision:${stepId}`,
    payload,
    requestedBy: '',
    reason: '',
    envelope,
  };
  return { topic: 'muster.workflow-commands.v1', value } as unknown as Message;
}, true);

const undoingPretended = answering((publication) => {
  const task = valueOf(publication, 'muster.tasks.v1');
  if (task === null || !task.taskId.endsWith('/undo')) return undefined;
  const value = {
    taskId: task.taskId,
    status: 'COMPLETED',
    output: '{}',
    fault: null,
    agent: 'recovery',
    replyTo: 'coordinator',
  };
  return { topic: 'muster.task-results.v1', value } as unknown as Message;
}, false);

/** A result is taken for another one. */
const resultsTaken =
  (change: (value: Message<'muster.task-results.v1'>['value']) => object): ((handle: Handle) => Handle) =>
  (handle) =>
  (message, context) =>
    handle(
      message.topic === 'muster.task-results.v1'
        ? { ...message, value: { ...message.value, ...change(message.value) } }
        : message,
      context,
    );

const forgetful: (handle: Handle) => Handle = (handle) => (message, context) => {
  const outcome = handle(message, context);
  const isDecided =
    outcome.kind === 'handled' && (outcome.state as { phase?: string } | null | undefined)?.phase === 'decided';
  return isDecided ? { ...outcome, state: null, wakeAt: null } : outcome;
};

const particular: (handle: Handle) => Handle = (handle) => (message, context) => {
  const outcome = handle(message, context);
  return outcome.kind === 'ignored' ? { kind: 'rejected', reason: outcome.reason } : outcome;
};

const actionsWith =
  (facts: object): ((definition: AgentDefinition) => AgentDefinition) =>
  (definition) => ({
    ...definition,
    actions: Object.fromEntries(
      Object.entries(definition.actions).map(([name, action]) => [name, { ...action, ...facts }]),
    ),
  });

const failed = {
  status: 'FAILED',
  fault: { class: 'TRANSIENT', type: 'ETIMEDOUT', message: 'no answer', retryAfterMs: null },
};

export const plantedLoopBugs: Readonly<Record<string, Plant>> = {
  'coordinator: the task before its decision': inHandler('coordinator', 'runs', decisionForged),
  'coordinator: a failed verification is taken for a good one': inHandler(
    'coordinator',
    'runs',
    resultsTaken(({ taskId, status }) =>
      taskId.includes('/verify/') && status !== 'COMPLETED' ? { status: 'COMPLETED', output: '{}', fault: null } : {},
    ),
  ),
  'coordinator: undoing is only said to be done': inHandler('coordinator', 'runs', undoingPretended),
  'coordinator: a result nobody waits for is set aside': inHandler('coordinator', 'runs', particular),
  'approval: what was decided is forgotten': inHandler('approval', 'changes', forgetful),
  'approval: a rejection is not recorded': inHandler(
    'approval',
    'changes',
    saying((publication) => {
      const record = valueOf(publication, 'muster.audit.v1');
      return record?.action === 'decide' && record.facts?.includes('"REJECTED"') === true ? [] : [publication];
    }),
  ),
  'recovery: a completed task is tried again': inHandler(
    'recovery',
    'tasks',
    resultsTaken(({ status }) => (status === 'COMPLETED' ? failed : {})),
  ),
  'recovery: another idempotency key for each attempt': inHandler(
    'recovery',
    'tasks',
    saying((publication) => {
      const task = valueOf(publication, 'muster.tasks.v1');
      if (task === null) return [publication];
      return [{ ...publication, value: { ...task, idempotencyKey: `${task.taskId}#${task.attempt}` } } as Publication];
    }),
  ),
  'recovery: acts without an approved change': inAgent('recovery', actionsWith({ needsApproval: false })),
  'recovery: does not obey the kill switch': inAgent('recovery', actionsWith({ isReadOnly: true })),
  ...plantedRunBugs,
};
