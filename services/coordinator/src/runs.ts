/** Hosts the interpreter: the run is the state of its key, what it asks for is published, its waits are wake-ups. */
import { handled, ignored, rejected, type Outcome } from '@muster/agent';
import type { Message } from '@muster/bus';
import type { AuditChainEnd } from '@muster/policy';
import type { TaskResult, WorkflowCommand } from '@muster/schemas';
import { advance, type Advanced, type Run, type RunEvent } from '@muster/workflow';
import { mayBeDone } from './doubt.ts';
import { hostOf } from './requirements.ts';
import { refusal, startRun } from './run-start.ts';
import { publicationsOf, type Said } from './saying.ts';
import type { Context } from './tables.ts';

/** A run; of one that ended only that it did, so that it is not started again. */
export interface RunState {
  readonly run: Run | null;
  readonly correlationId: string;
  readonly chain: AuditChainEnd | null;
}

type Verdict = Outcome<RunState, Said['topic']>;
type Heard = Message<'muster.workflow-commands.v1' | 'muster.task-results.v1' | 'muster.task-progress.v1'>;

/** Only the coordinator may say these of a run. */
const ownSignals = /^(decision|run-ended):/;

export function onRunMessage(message: Heard, context: Context<RunState>): Verdict {
  const { state } = context;
  if (message.topic === 'muster.task-results.v1') {
    const { value } = message;
    if (value.replyTo !== 'coordinator') return ignored('somebody else waits for this result');
    return state === undefined ? ignored('no run asked for this task') : tell(state, resultEvent(value), context);
  }
  if (message.topic === 'muster.task-progress.v1') {
    if (state === undefined) return ignored('no run asked for this task');
    return tell(state, { kind: 'progress', taskId: message.value.taskId }, context);
  }
  const { value } = message;
  if (value.kind === 'START') {
    if (state !== undefined) return ignored('the run has been started before');
    const started = startRun(value, context);
    if ('problem' in started) return handled({ publish: refusal(message, started.problem, context.now) });
    return said(started, { run: null, correlationId: value.envelope.correlationId, chain: null }, context);
  }
  if (state === undefined) return ignored('there is no such run');
  const event = commandEvent(value);
  return 'problem' in event ? rejected(event.problem) : tell(state, event, context);
}

/** Waits that are over; or the time to forget a run that ended. */
export function wakeRun(context: Context<RunState>): Verdict {
  const { state } = context;
  if (state === undefined) return handled({});
  return state.run === null ? handled({ state: null }) : tell(state, { kind: 'wake' }, context);
}

function tell(state: RunState, event: RunEvent, context: Context<RunState>): Verdict {
  if (state.run === null) return ignored('the run has ended');
  const next = advance(state.run, event, context.now, hostOf(context));
  if (next.ignored === undefined) return said(next, state, context);
  // A wake-up spends the wish for one: it has to be wished again.
  return event.kind === 'wake' ? handled({ wakeAt: next.wakeAt }) : ignored(next.ignored);
}

function said(
  { run, commands, wakeAt }: Advanced,
  { correlationId, chain }: RunState,
  { now, config }: Context<RunState>,
): Verdict {
  const { publish, chain: end } = publicationsOf(commands, { run, correlationId, now }, chain);
  const hasEnded = run.status === 'ENDED';
  return handled({
    state: { run: hasEnded ? null : run, correlationId, chain: end },
    publish,
    wakeAt: hasEnded ? now + config.forgetAfterMs : wakeAt,
  });
}

function resultEvent(result: TaskResult): RunEvent {
  const { taskId, status, output, fault, agent } = result;
  const why = fault === null ? null : `${fault.type}: ${fault.message}`.slice(0, 300);
  return { kind: 'result', taskId, status, output, fault: why, agent, mayBeDone: mayBeDone(result) };
}

function commandEvent(command: WorkflowCommand): RunEvent | { readonly problem: string } {
  const { kind, requestedBy: by, reason, signal, envelope } = command;
  try {
    if (kind === 'CANCEL') return { kind: 'cancel', by, reason };
    if (kind === 'PAUSE') return { kind: 'pause', by, reason };
    if (kind === 'RESUME') return { kind: 'resume', by, reason };
    if (kind === 'ADAPT') return { kind: 'adapt', by, reason, changes: JSON.parse(command.changes) as unknown };
    if (kind !== 'SIGNAL' || signal === null || signal === '')
      return { problem: `kind ${kind} needs what it does not carry` };
    if (ownSignals.test(signal) && envelope.source !== 'coordinator')
      return { problem: `signal ${signal} is for the coordinator alone to send, and came from ${envelope.source}` };
    return { kind: 'signal', name: signal, payload: JSON.parse(command.payload) as unknown, by };
  } catch {
    return { problem: `${kind === 'ADAPT' ? 'changes' : 'payload'} is no JSON` };
  }
}
