/** A run that is paused begins nothing, and one that is cancelled begins nothing any more but what undoes. */
import type { Message } from '@muster/bus';
import type { Promised, Story } from '../../story.ts';
import { faultsLastMs } from '../../promises/effects.ts';
import { endOf, runsOf } from '../../promises/runs.ts';

type WorkflowEvent = Message<'muster.workflow-events.v1'>;

/** From one event of a history to another, in which nothing must be begun. */
interface Halt {
  readonly from: WorkflowEvent;
  readonly to: WorkflowEvent | undefined;
  readonly why: 'paused' | 'cancelled';
}

const isCancel = ({ value: { kind, text } }: WorkflowEvent): boolean =>
  kind === 'RUN_CANCELLED' || ((kind === 'RUN_SIGNALLED' || kind === 'RUN_COMPENSATING') && /cancelled by/.test(text));

export const haltedBeginsNothing: Promised = (story, report) => {
  const tasks = Map.groupBy(story.messages('muster.tasks.v1'), ({ value }) => value.conversation);
  for (const [workflowId, events] of runsOf(story)) {
    const sorted = events.toSorted((a, b) => a.value.sequence - b.value.sequence);
    for (const { from, to, why } of haltsIn(sorted)) {
      const wrong = (sentence: string): void => report(`not ${why}`, 'coordinator', workflowId, sentence);
      const isWithin = ({ value: { sequence } }: WorkflowEvent): boolean =>
        sequence > from.value.sequence && sequence < (to?.value.sequence ?? Infinity);
      const begun = sorted.find((event) => event.value.kind === 'STEP_STARTED' && isWithin(event));
      if (begun !== undefined) wrong(`step ${begun.value.stepId} of a run that is ${why} was begun`);
      for (const { value, timestamp } of tasks.get(workflowId) ?? []) {
        if (value.attempt > 1 || value.taskId.endsWith('/undo')) continue;
        if (timestamp > from.timestamp && timestamp < (to?.timestamp ?? Infinity))
          wrong(`task ${value.taskId} was begun ${timestamp - from.timestamp} ms after the run was ${why}`);
      }
    }
  }
};

function haltsIn(events: readonly WorkflowEvent[]): Halt[] {
  const pauses = events.flatMap((from, index): Halt[] => {
    if (from.value.kind !== 'RUN_PAUSED') return [];
    const to = events.slice(index + 1).find((event) => event.value.kind === 'RUN_RESUMED' || isCancel(event));
    return [{ from, to, why: 'paused' }];
  });
  const cancelled = events.find(isCancel);
  return cancelled === undefined ? pauses : [...pauses, { from: cancelled, to: undefined, why: 'cancelled' }];
}

/** Who cancels a run that is under way is heard: it does not go on to its end as if nothing had been said. */
export const cancelIsHeard: Promised = (story, report) => {
  const runs = runsOf(story);
  for (const { value, timestamp } of story.messages('muster.workflow-commands.v1')) {
    const end = endOf(runs.get(value.workflowId) ?? []);
    if (value.kind !== 'CANCEL' || end?.value.kind !== 'RUN_COMPLETED') continue;
    const lateMs = end.timestamp - timestamp;
    if (lateMs > faultsLastMs(story) && begunBefore(story, value.workflowId, timestamp))
      report('not cancelled', 'coordinator', value.workflowId, `the run completed ${lateMs} ms after it was cancelled`);
  }
};

/** A cancel that comes before its run is about nothing. */
const begunBefore = (story: Story, workflowId: string, at: number): boolean =>
  story
    .messages('muster.workflow-events.v1')
    .some(({ value, timestamp }) => value.workflowId === workflowId && value.kind === 'RUN_STARTED' && timestamp < at);
