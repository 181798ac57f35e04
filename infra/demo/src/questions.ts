/** What people are asked. */
import { heardOf, type Story } from './story.ts';

/** To review a change, or to answer a run. */
export type Question =
  | { readonly kind: 'review'; readonly text: string; readonly changeId: string }
  | { readonly kind: 'answer'; readonly text: string; readonly workflowId: string; readonly stepId: string };

/** The last question to a person that nobody has answered, undefined when there is none. */
export function question(story: Story): Question | undefined {
  const run = heardOf(story, 'run').findLast(({ kind }) => kind === 'RUN_WAITS_FOR_PERSON');
  if (run !== undefined) {
    const { text, workflowId, stepId } = run;
    return { kind: 'answer', text, workflowId, stepId: stepId ?? '' };
  }
  const decisions = heardOf(story, 'decision');
  const decision = decisions.findLast(
    ({ verdict, changeId }) =>
      verdict === 'ESCALATED' &&
      !decisions.some((other) => other.changeId === changeId && other.verdict !== 'ESCALATED'),
  );
  return decision && { kind: 'review', text: decision.reason, changeId: decision.changeId };
}

/** Whether a run was cancelled, as it is when a person denies its change. Throws a sentence when somebody is asked about it once more. */
export function isCancelled(story: Story): boolean {
  if (question(story)?.kind === 'answer') throw new Error('A person was asked again after the change was denied.');
  return heardOf(story, 'run').some(({ kind }) => kind === 'RUN_CANCELLED');
}
