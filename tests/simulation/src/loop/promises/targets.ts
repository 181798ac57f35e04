/** One run at a time changes a target. */
import type { Message } from '@muster/bus';
import type { Promised } from '../../story.ts';
import { endOf, runsOf } from '../../promises/runs.ts';

type WorkflowEvent = Message<'muster.workflow-events.v1'>;

/**
 * From the first change of a run to its end, or until it is left to a person because something can't be undone, nobody else changes the same target,
 * save the runs within it and around it. A task that its run gave up may still run in its agent: that is not held against anybody.
 */
export const aloneAtTarget: Promised = (story, report) => {
  const runOf = new Map(story.messages('muster.tasks.v1').map(({ value }) => [value.taskId, value.conversation]));
  const runs = runsOf(story);
  const changes = story.effects
    .filter(({ isRepeat }) => !isRepeat)
    .map((effect) => ({ ...effect, run: runOf.get(effect.taskId) ?? '' }));
  for (const [index, second] of changes.entries())
    for (const first of changes.slice(0, index)) {
      if (first.target !== second.target || isOne(first.run, second.run)) continue;
      if (isOver(runs.get(first.run), second.at) || isOver(runs.get(second.run), second.at)) continue;
      report(
        'together',
        'approval',
        second.run,
        `${second.target} was changed by ${second.run}, and ${first.run}, which had changed it, had not ended`,
        [first.run, second.run, second.target],
      );
    }
};

function isOver(events: readonly WorkflowEvent[] = [], at: number): boolean {
  const stuck = events.findIndex(({ value }) => value.kind === 'STEP_COMPENSATION_FAILED');
  const left = events.find(({ value }, index) => stuck >= 0 && index > stuck && value.kind === 'RUN_WAITS_FOR_PERSON');
  return [endOf(events), left].some((event) => event !== undefined && event.timestamp <= at);
}

const isOne = (one: string, other: string): boolean =>
  `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);
