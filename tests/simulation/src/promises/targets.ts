/** One run at a time changes a target. */
import type { LoopPromise } from '../story.ts';
import { endOf, runsOf } from './runs.ts';

/** From the first change of a run to its end nobody else changes the same target, save the runs within it and around it. */
export const aloneAtTarget: LoopPromise = (story, report) => {
  const runOf = new Map(story.messages('muster.tasks.v1').map(({ value }) => [value.taskId, value.conversation]));
  const runs = runsOf(story);
  const changes = story.effects
    .filter(({ isRepeat }) => !isRepeat)
    .map((effect) => ({ ...effect, run: runOf.get(effect.taskId) ?? '' }));
  for (const [index, second] of changes.entries())
    for (const first of changes.slice(0, index)) {
      if (first.target !== second.target || isOne(first.run, second.run)) continue;
      const end = endOf(runs.get(first.run) ?? []);
      if (end !== undefined && end.timestamp <= second.at) continue;
      report(
        'together',
        'approval',
        second.run,
        `${second.target} was changed by ${second.run}, and ${first.run}, which had changed it, had not ended`,
        [first.run, second.run, second.target],
      );
    }
};

const isOne = (one: string, other: string): boolean =>
  `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);
