/** Every run comes to an end, or to a person; and what was done and not verified is undone, or a person is asked. */
import type { Message } from '@muster/bus';
import type { Promised, Story } from '../story.ts';

type WorkflowEvent = Message<'muster.workflow-events.v1'>;

const ends = new Set(['RUN_COMPLETED', 'RUN_COMPENSATED', 'RUN_FAILED', 'RUN_CANCELLED', 'RUN_REFUSED']);

/** What was told of each run. A start that is repeated is refused again: that is no second history. */
export function runsOf(story: Story): Map<string, WorkflowEvent[]> {
  const refused = new Set<string>();
  const events = story.messages('muster.workflow-events.v1').filter(({ value: { kind, workflowId } }) => {
    if (kind !== 'RUN_REFUSED') return true;
    return !refused.has(workflowId) && refused.add(workflowId);
  });
  return Map.groupBy(events, ({ value }) => value.workflowId);
}

export const endOf = (events: readonly WorkflowEvent[]): WorkflowEvent | undefined =>
  events.find(({ value }) => ends.has(value.kind));

const besides = new Set(['RUN_SIGNALLED', 'RUN_PAUSED', 'RUN_RESUMED', 'RUN_ADAPTED']);

/** Whether a person is waited for, and nothing else. */
export function waitsForPerson(events: readonly WorkflowEvent[]): boolean {
  return events.findLast(({ value }) => !besides.has(value.kind))?.value.kind === 'RUN_WAITS_FOR_PERSON';
}

/** Each start is answered; each history is one, without a hole; it ends once, and nothing comes after. */
export const runsEnd: Promised = (story, report) => {
  const runs = runsOf(story);
  for (const { value } of story.messages('muster.workflow-commands.v1')) {
    if (value.kind === 'START' && !runs.has(value.workflowId))
      report('lost', 'coordinator', value.workflowId, 'the run was started, and nothing was heard of it');
  }
  for (const [workflowId, events] of runs) {
    const wrong = (kind: string, sentence: string): void => report(kind, 'coordinator', workflowId, sentence);
    for (const [sequence, same] of Map.groupBy(events, ({ value }) => value.sequence))
      if (same.length > 1)
        wrong(
          'parted',
          `the history has ${same.length} events ${sequence}: ${same.map(({ value }) => value.kind).join(', ')}`,
        );
    const sorted = events.toSorted((a, b) => a.value.sequence - b.value.sequence);
    const hole = sorted.findIndex(({ value }, index) => value.sequence !== index + 1);
    if (hole >= 0 && sorted[hole]?.value.sequence !== sorted[hole - 1]?.value.sequence)
      wrong('lost', `event ${hole + 1} of the history is missing`);
    const over = sorted.findIndex(({ value }) => ends.has(value.kind));
    if (over < 0 && !waitsForPerson(sorted)) wrong('unended', `the run stands at ${sorted.at(-1)?.value.kind}`);
    const late = over < 0 ? undefined : sorted.slice(over + 1).find(({ value }) => ends.has(value.kind));
    if (late !== undefined) wrong('ended twice', `the run is ${sorted[over]?.value.kind} and then ${late.value.kind}`);
  }
};

/** A run that completed has verified what it says it verified. */
export const verifiedIsTrue: Promised = (story, report) => {
  const tasks = story.messages('muster.tasks.v1');
  for (const [workflowId, events] of runsOf(story)) {
    if (endOf(events)?.value.kind !== 'RUN_COMPLETED') continue;
    const verifying = tasks.filter(
      ({ value }) => value.conversation === workflowId && value.capability === 'recovery.verify',
    );
    if (verifying.length === 0) continue;
    const isSeen = story.verifications.some(
      ({ taskId, isHealthy }) => isHealthy && verifying.some(({ value }) => value.taskId === taskId),
    );
    if (!isSeen)
      report(
        'unverified',
        'coordinator',
        workflowId,
        'the run completed, and its verification never saw the target well',
      );
  }
};

/** What a run scaled and did not verify was scaled back by it, or a person was asked. */
export const undone: Promised = (story, report) => {
  const runOf = new Map(story.messages('muster.tasks.v1').map(({ value }) => [value.taskId, value.conversation]));
  const runs = runsOf(story);
  const changes = story.effects.filter(({ isRepeat, action }) => !isRepeat && action === 'scale');
  const undoings = new Set(changes.map(({ taskId }) => taskId).filter((taskId) => taskId.endsWith('/undo')));
  for (const { taskId, target, before, after } of changes) {
    const workflowId = runOf.get(taskId) ?? '';
    const events = runs.get(workflowId) ?? [];
    const end = endOf(events)?.value.kind;
    const isUndone = taskId.endsWith('/undo') || undoings.has(`${taskId}/undo`) || before === after;
    if (isUndone || end === undefined || end === 'RUN_COMPLETED' || hasAsked(events)) continue;
    if (isPersonAsked(story, workflowId)) continue;
    report(
      'not undone',
      'coordinator',
      workflowId,
      `the run is ${end}, and did not take back that it gave ${target} ${after} instances instead of ${before}`,
    );
  }
};

const hasAsked = (events: readonly WorkflowEvent[]): boolean =>
  events.some(({ value }) => value.kind === 'RUN_WAITS_FOR_PERSON');

const isPersonAsked = (story: Story, workflowId: string): boolean =>
  story
    .messages('muster.workflow-commands.v1')
    .some(
      ({ value }) =>
        value.kind === 'START' &&
        value.playbook === 'ask-a-person' &&
        (value.input.includes(workflowId) || value.reason.includes(workflowId)),
    );
