/** A run that runs others ends after them, and knows how they ended. */
import type { Promised } from '../../story.ts';
import { endOf, runsOf } from '../../promises/runs.ts';

export const childrenFirst: Promised = (story, report) => {
  const runs = runsOf(story);
  const starts = new Map(
    story
      .messages('muster.workflow-commands.v1')
      .flatMap(({ value }) =>
        value.kind === 'START' && value.parent !== null ? [[value.workflowId, value.parent]] : [],
      ),
  );
  for (const [child, { workflowId, stepId }] of starts) {
    const wrong = (sentence: string): void =>
      report('family', 'coordinator', workflowId, sentence, [workflowId, child]);
    const parent = runs.get(workflowId);
    if (parent === undefined) {
      wrong(`run ${child} was started by a run that nobody has heard of`);
      continue;
    }
    const end = endOf(runs.get(child) ?? []);
    const parentEnd = endOf(parent);
    if (parentEnd !== undefined && (end === undefined || end.timestamp > parentEnd.timestamp))
      wrong(`the run is ${parentEnd.value.kind}, and ${child} ${end === undefined ? 'has not ended' : 'ended later'}`);
    const [step] = stepId.split('/');
    for (const { value, timestamp } of parent) {
      if (value.stepId !== step || value.kind !== 'STEP_COMPLETED') continue;
      if (end?.value.kind !== 'RUN_COMPLETED') wrong(`${step} completed, and ${child} is ${end?.value.kind}`);
      else if (end.timestamp > timestamp) wrong(`${step} completed before ${child} did`);
    }
  }
  for (const [workflowId, events] of runs)
    for (const { value } of events) {
      if (value.kind !== 'STEP_FAILED' || value.stepId === null) continue;
      const children = [...starts].filter(
        ([, parent]) => parent.workflowId === workflowId && parent.stepId.split('/')[0] === value.stepId,
      );
      if (children.length === 0) continue;
      if (children.every(([child]) => endOf(runs.get(child) ?? [])?.value.kind === 'RUN_COMPLETED'))
        report(
          'family',
          'coordinator',
          workflowId,
          `${value.stepId} failed, and all of its runs completed: ${value.text}`,
        );
    }
};
