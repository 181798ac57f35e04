/** A step that was changed while its run was under way runs as it was changed, and only so; where the change was refused, as it was written. */
import { endOf, runsOf } from '../../promises/runs.ts';
import type { Promised, Story } from '../../story.ts';
import type { LoopPlan } from '../loop-plan.ts';
import { adaptationOf } from '../written-playbooks.ts';

export const adaptedRunsSo: Promised<Story<LoopPlan>> = (story, report) => {
  const runs = runsOf(story);
  for (const { workflowId, playbook, adapt } of story.plan.runs) {
    const adaptation = adapt && adaptationOf(playbook, adapt.kind);
    const events = runs.get(workflowId);
    if (adapt === undefined || adaptation === undefined || events === undefined) continue;
    const { stepId, mark } = adaptation;
    const wrong = (sentence: string): void => report('not as adapted', 'coordinator', workflowId, sentence);
    const changed = events.filter(({ value }) => value.kind === 'RUN_ADAPTED').length;
    if (changed > 1) wrong(`it was changed ${changed} times`);
    const isChanged = changed > 0;
    const told = (kind: string): number =>
      events.filter(({ value }) => value.kind === kind && value.stepId === stepId).length;
    const inputs = inputsOf(story, workflowId, stepId);
    switch (adapt.kind) {
      case 'replace':
        for (const input of inputs)
          if (mark !== undefined && (input[mark.field] === mark.value) !== isChanged)
            wrong(`${stepId} was ${isChanged ? '' : 'not '}replaced, and was begun with ${JSON.stringify(input)}`);
        break;
      case 'skip':
        if (isChanged && (inputs.length > 0 || told('STEP_SKIPPED') !== 1))
          wrong(`${stepId} was skipped, and ${inputs.length} tasks of it were begun`);
        break;
      case 'add': {
        const hasCompleted = endOf(events)?.value.kind === 'RUN_COMPLETED';
        if (!isChanged && inputs.length > 0) wrong(`${stepId} was not added, and was begun`);
        if (isChanged && hasCompleted && told('STEP_COMPLETED') !== 1)
          wrong(`${stepId} was added, and the run completed without it`);
        break;
      }
      case 'nonsense':
        if (isChanged) wrong('it was changed in a way that makes no sense');
    }
  }
};

/** With what a step was begun: the inputs of its tasks, each once, or of its runs. */
function inputsOf(story: Story, workflowId: string, stepId: string): Record<string, unknown>[] {
  const begun = `${workflowId}/${stepId}/`;
  const tasks = story
    .messages('muster.tasks.v1')
    .filter(({ value }) => value.taskId.startsWith(begun) && value.conversation === workflowId)
    .filter(({ value }) => !value.taskId.endsWith('/undo'));
  const starts = story
    .messages('muster.workflow-commands.v1')
    .filter(({ value }) => value.kind === 'START' && value.workflowId.startsWith(begun));
  return [...tasks, ...starts].map(({ value }) => JSON.parse(value.input) as Record<string, unknown>);
}
