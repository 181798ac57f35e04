/** Every change request ends in exactly one final decision, and nothing is done without one. */
import type { Message } from '@muster/bus';
import type { Promised, Story } from '../story.ts';

const final = new Set(['APPROVED', 'REJECTED', 'EXPIRED']);

export const finalDecisions = (story: Story): readonly Message<'muster.decisions.v1'>[] =>
  story.messages('muster.decisions.v1').filter(({ value }) => final.has(value.verdict));

/** Each change that was asked for has one final decision; none was decided that nobody asked for. */
export const decidedOnce: Promised = (story, report) => {
  const decisions = Map.groupBy(finalDecisions(story), ({ value }) => value.changeId);
  const asked = new Set(story.messages('muster.change-requests.v1').map(({ value }) => value.changeId));
  for (const changeId of asked) {
    const given = decisions.get(changeId) ?? [];
    const verdicts = given.map(({ value }) => value.verdict).join(' and ');
    if (given.length === 0) report('undecided', 'approval', changeId, 'the change has no final decision');
    if (given.length > 1) report('decided twice', 'approval', changeId, `the change is ${verdicts}`);
  }
  for (const changeId of decisions.keys())
    if (!asked.has(changeId))
      report('unasked', 'approval', changeId, 'the change was decided, and nobody asked for it');
};

/** Nothing is changed without an approval that is on its topic before the task is, that is for this target, and that is still good. */
export const approvedFirst: Promised = (story, report) => {
  const approvals = new Map(
    finalDecisions(story).flatMap((decision) =>
      decision.value.verdict === 'APPROVED' && !decision.value.isShadow ? [[decision.value.changeId, decision]] : [],
    ),
  );
  const firstTasks = new Map<string, Message<'muster.tasks.v1'>>();
  for (const task of story.messages('muster.tasks.v1'))
    if (!firstTasks.has(task.value.taskId)) firstTasks.set(task.value.taskId, task);

  for (const { taskId, changeId, target, action, at } of story.effects) {
    const task = firstTasks.get(taskId);
    const decision = changeId === null ? undefined : approvals.get(changeId);
    const wrong = (sentence: string): void =>
      report('unauthorised', task?.value.replyTo ?? 'nobody', task?.key ?? taskId, sentence, [
        task?.key ?? taskId,
        changeId ?? taskId,
      ]);
    if (task === undefined) wrong(`${action} of ${target} was done for a task that is on no topic`);
    else if (decision === undefined)
      wrong(`${action} of ${target} was done for the change ${changeId}, which is not approved`);
    else if (decision.value.target !== target)
      wrong(`${action} of ${target} was done for the change ${changeId}, which is about ${decision.value.target}`);
    else if (decision.timestamp > task.timestamp)
      wrong(`the task ${taskId} is ${decision.timestamp - task.timestamp} ms older than the approval of its change`);
    else if (decision.timestamp > at) wrong(`${action} of ${target} was done before its change was approved`);
  }
};
