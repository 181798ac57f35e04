/** Bugs of what watches, and of what happens to runs on their way: votes, runs within runs, changes, pauses, cancels. */
import type { Message } from '@muster/bus';
import type { Plant } from '@muster/testkit';
import { answering, hearing, inHandler, remembering, valueOf, type Handle } from '../planting.ts';

interface Step {
  readonly vote?: object;
}
interface Run {
  readonly status: string;
  readonly isPaused: boolean;
  readonly playbook: { readonly steps: Readonly<Record<string, Step>> };
}
interface Kept {
  readonly run: Run | null;
}

const kindOf = ({ topic, value }: Message): string => (topic === 'muster.workflow-commands.v1' ? value.kind : '');

/** The run as it is remembered after a command of one kind, changed. */
const after = (kind: string, change: (run: Run, before: Run) => Run): ((handle: Handle) => Handle) =>
  remembering((state: Kept, before: Kept | undefined, message) =>
    kindOf(message) === kind && state.run !== null && before?.run
      ? { ...state, run: change(state.run, before.run) }
      : state,
  );

const withoutQuorum = remembering((state: Kept) => {
  const { run } = state;
  const step = run?.playbook.steps['vote'];
  if (run === null || step?.vote === undefined) return state;
  const vote = { ...step, vote: { ...step.vote, quorum: 1 } };
  return { ...state, run: { ...run, playbook: { ...run.playbook, steps: { ...run.playbook.steps, vote } } } };
});

const childrenForetold = answering((publication) => {
  const start = valueOf(publication, 'muster.workflow-commands.v1');
  if (start?.kind !== 'START' || !start.parent) return undefined;
  const payload = JSON.stringify({ workflowId: start.workflowId, kind: 'RUN_COMPLETED', text: '', output: {} });
  const envelope = { id: '', time: 0, source: 'coordinator', correlationId: '', causationId: null };
  const signal = `run-ended:${start.parent.stepId}`;
  const value = {
    workflowId: start.parent.workflowId,
    kind: 'SIGNAL',
    signal,
    payload,
    requestedBy: '',
    reason: '',
    envelope,
  };
  return { topic: 'muster.workflow-commands.v1', value } as unknown as Message;
}, true);

const childrenPraised = hearing((message) => {
  if (message.topic !== 'muster.workflow-commands.v1') return message;
  const { value } = message;
  if (value.signal?.startsWith('run-ended:') !== true) return message;
  const payload = JSON.stringify({ ...(JSON.parse(value.payload) as object), kind: 'RUN_COMPLETED' });
  return { ...message, value: { ...value, payload } };
});

export const plantedRunBugs: Readonly<Record<string, Plant>> = {
  'monitoring: what was told is forgotten': inHandler(
    'monitoring',
    'series',
    remembering((state: object) => ({ ...state, alerts: null })),
  ),
  'approval: who has a target is forgotten': inHandler(
    'approval',
    'ledger',
    remembering((state: object) => ({ ...state, holds: [] })),
  ),
  'coordinator: a vote needs no quorum': inHandler('coordinator', 'runs', withoutQuorum),
  'coordinator: a run does not wait for those within it': inHandler('coordinator', 'runs', childrenForetold),
  'coordinator: a run within another one is taken to have completed': inHandler('coordinator', 'runs', childrenPraised),
  'coordinator: a changed step runs as it was written': inHandler(
    'coordinator',
    'runs',
    after('ADAPT', (run, { playbook }) => ({ ...run, playbook })),
  ),
  'coordinator: a paused run goes on': inHandler(
    'coordinator',
    'runs',
    after('PAUSE', (run) => ({ ...run, isPaused: false })),
  ),
  'coordinator: a cancelled run goes on': inHandler(
    'coordinator',
    'runs',
    after('CANCEL', (run, before) => (run.status === 'STOPPING' ? { ...run, status: before.status } : run)),
  ),
};
