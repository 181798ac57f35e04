/** What a run asks for, as messages. */
import type { Publication } from '@muster/agent';
import { nextAuditRecord, type AuditChainEnd, type AuditEntry } from '@muster/policy';
import type { EndKind, HistoryEvent, Run, RunCommand } from '@muster/workflow';

export type Said = Publication<
  | 'muster.remediations.v1'
  | 'muster.workflow-commands.v1'
  | 'muster.workflow-events.v1'
  | 'muster.tasks.v1'
  | 'muster.change-requests.v1'
  | 'muster.audit.v1'
>;

export interface Saying {
  readonly run: Pick<Run, 'workflowId' | 'about'> & {
    readonly playbook: { readonly name: string; readonly version: number };
  };
  readonly correlationId: string;
  readonly now: number;
}

/** Messages in the order in which they were asked for; what is done on whose authority is in the audit before it is asked of anybody. */
export function publicationsOf(
  commands: readonly RunCommand[],
  saying: Saying,
  chain: AuditChainEnd | null,
): { readonly publish: readonly Said[]; readonly chain: AuditChainEnd | null } {
  const publish: Said[] = [];
  let end = chain;
  const { run, correlationId, now } = saying;
  const record = (entry: Omit<AuditEntry, 'subject' | 'actor' | 'at'>): void => {
    const next = nextAuditRecord(end, {
      subject: `coordinator/${run.workflowId}`,
      actor: 'coordinator',
      at: now,
      ...entry,
    });
    end = { sequence: next.sequence, hash: next.hash };
    publish.push({ topic: 'muster.audit.v1', value: next, correlationId });
  };
  for (const command of commands) {
    if (command.kind === 'event') {
      publish.push(eventMessage(command.event, saying));
      recordEnds(command.event, saying, record, publish);
    } else if (command.kind === 'task') {
      const { taskId, stepId, capability, changeId, target, isUndo } = command.task;
      const authority = changeId ?? run.about.requestedBy;
      if (changeId !== null && !isUndo)
        record({ action: 'use-approval', target: target ?? '', authority, about: changeId, facts: { stepId } });
      record({
        action: 'request-task',
        target: target ?? '',
        authority,
        about: taskId,
        facts: { stepId, capability, isUndo },
      });
      publish.push(taskMessage(command, saying));
    } else publish.push(otherMessage(command, saying));
  }
  return { publish, chain: end };
}

const verified: Readonly<Record<EndKind, boolean | null>> = {
  RUN_COMPLETED: true,
  RUN_COMPENSATED: false,
  RUN_FAILED: false,
  // Cancelled, denied by a person, or decided for the record only: it says nothing about the playbook.
  RUN_CANCELLED: null,
};

function recordEnds(
  { kind, text }: HistoryEvent,
  { run, correlationId }: Saying,
  record: (entry: Omit<AuditEntry, 'subject' | 'actor' | 'at'>) => void,
  publish: Said[],
): void {
  const { about, playbook, workflowId } = run;
  const base = { target: about.target ?? '', authority: about.changeId ?? about.requestedBy, about: workflowId };
  if (kind === 'RUN_STARTED')
    record({ action: 'start', ...base, facts: { playbook: playbook.name, version: playbook.version } });
  if (!Object.hasOwn(verified, kind)) return;
  record({ action: 'end', ...base, facts: { kind, text } });
  if (about.cause !== null)
    publish.push(remediationEnded(about.cause, { workflowId, about, correlationId }, verified[kind as EndKind], text));
}

export function remediationEnded(
  cause: string,
  {
    workflowId,
    about,
    correlationId,
  }: {
    readonly workflowId: string;
    readonly about: Pick<Run['about'], 'incidentId' | 'target'>;
    readonly correlationId: string;
  },
  isVerified: boolean | null,
  reason: string,
): Said {
  const { incidentId, target } = about;
  return {
    topic: 'muster.remediations.v1',
    value: { cause, kind: 'ENDED', incidentId: incidentId ?? '', target: target ?? '', workflowId, isVerified, reason },
    correlationId,
  };
}

function eventMessage(event: HistoryEvent, { run, correlationId }: Saying): Said {
  const { workflowId, playbook, about } = run;
  const { output, changeId, at: happenedAt, ...facts } = event;
  const { incidentId, target, cause } = about;
  const names = { playbook: playbook.name, playbookVersion: playbook.version };
  const whose = { workflowId, changeId, incidentId, target, cause };
  const value = { ...facts, ...names, ...whose, happenedAt, output: JSON.stringify(output) };
  return { topic: 'muster.workflow-events.v1', value, correlationId };
}

function taskMessage({ task }: Extract<RunCommand, { kind: 'task' }>, { run, correlationId }: Saying): Said {
  const { taskId, stepId, capability, version, input, target, changeId, deadline, maxAttempts, scopes, avoid, reason } =
    task;
  return {
    topic: 'muster.tasks.v1',
    value: {
      taskId,
      conversation: run.workflowId,
      capability,
      capabilityVersion: version,
      input: JSON.stringify(input),
      deadline,
      idempotencyKey: taskId,
      budget: maxAttempts === null ? null : { maxAttempts },
      replyTo: 'coordinator',
      context: { stepId, attempt: '1' },
      reason,
      target,
      changeId,
      scopes,
      avoid,
    },
    correlationId,
    expiresAt: deadline,
  };
}

function otherMessage(command: Exclude<RunCommand, { kind: 'event' | 'task' }>, { run, correlationId }: Saying): Said {
  const { workflowId, about } = run;
  const topic = 'muster.workflow-commands.v1' as const;
  const base = { requestedBy: 'coordinator', incidentId: about.incidentId };
  switch (command.kind) {
    case 'changeRequest': {
      const { request } = command;
      const { version, input, undo, roles, reviewers, requires, ...facts } = request;
      return {
        topic: 'muster.change-requests.v1',
        value: {
          ...facts,
          target: request.target ?? '',
          requires,
          capabilityVersion: version,
          input: JSON.stringify(input),
          undo: undo === null ? null : { capability: undo.capability, input: JSON.stringify(undo.input) },
          rolesRequested: roles,
          reviewersRequested: reviewers,
          requestedBy: about.requestedBy || 'coordinator',
          workflowId,
          incidentId: about.incidentId,
        },
        correlationId,
      };
    }
    case 'startRun': {
      const { playbook, input, target, parent } = command;
      const value = {
        ...base,
        kind: 'START' as const,
        workflowId: command.workflowId,
        playbook,
        input: JSON.stringify(input),
        target,
        parent,
        changeId: about.changeId,
      };
      return { topic, value, correlationId };
    }
    case 'signalRun': {
      const { signal, payload } = command;
      return {
        topic,
        value: { ...base, kind: 'SIGNAL', workflowId: command.workflowId, signal, payload: JSON.stringify(payload) },
        correlationId,
      };
    }
    case 'cancelRun':
      return {
        topic,
        value: { ...base, kind: 'CANCEL', workflowId: command.workflowId, reason: command.reason },
        correlationId,
      };
  }
}
