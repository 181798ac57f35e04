/** A vote is decided once, by its quorum, and as the answers say. */
import type { Message } from '@muster/bus';
import type { Promised, Story } from '../../story.ts';
import { runsOf } from '../../promises/runs.ts';

const rules: Readonly<Record<string, { readonly of: number; readonly quorum: number; readonly isDistinct?: true }>> = {
  swarm: { of: 5, quorum: 3 },
  jury: { of: 4, quorum: 3 },
  council: { of: 2, quorum: 2, isDistinct: true },
};

interface Verdict {
  readonly value: string;
  readonly votes: readonly { readonly value: string; readonly weight: number; readonly voices: number }[];
  readonly answered: number;
  readonly absent: number;
}

export const votedOnce: Promised = (story, report) => {
  for (const [workflowId, events] of runsOf(story)) {
    const rule = rules[events[0]?.value.playbook ?? ''];
    if (rule === undefined) continue;
    const wrong = (sentence: string): void => report('miscounted', 'coordinator', workflowId, sentence);
    const about = events.filter(({ value }) => value.stepId === 'vote');
    const ends = about.filter(({ value }) => value.kind === 'STEP_COMPLETED' || value.kind === 'STEP_FAILED');
    if (ends.length > 1) wrong(`the vote was decided ${ends.length} times`);
    const [end] = ends;
    const answers = answersTo(story, `${workflowId}/vote/`);
    if (end?.value.kind === 'STEP_FAILED') {
      const isShort = end.value.text.includes(' answered, and ');
      // What came long before must have been counted.
      const early = answers.filter(({ timestamp }) => timestamp < end.timestamp - 60_000);
      const voices = rule.isDistinct === true ? new Set(early.map(({ value }) => value.agent)).size : early.length;
      if (isShort && voices >= rule.quorum) wrong(`it failed (${end.value.text}), and ${voices} had answered`);
    }
    if (end?.value.kind === 'STEP_COMPLETED') judge(end, rule, answers, wrong);
  }
};

function judge(
  end: Message<'muster.workflow-events.v1'>,
  { quorum, of, isDistinct }: (typeof rules)[string],
  answers: readonly Message<'muster.task-results.v1'>[],
  wrong: (sentence: string) => void,
): void {
  const verdict = JSON.parse(end.value.output) as Verdict;
  const { value, votes, answered, absent } = verdict;
  const voices = votes.reduce((sum, each) => sum + each.voices, 0);
  const total = votes.reduce((sum, { weight }) => sum + weight, 0);
  if (answered < quorum) wrong(`it was decided by ${answered}, and ${quorum} must answer`);
  if (answered + absent !== of || voices !== answered)
    wrong(`${answered} answered and ${absent} were absent, of ${of}; there are ${voices} voices`);
  const [first, second] = votes;
  const isTie = first !== undefined && second?.weight === first.weight;
  if (first?.value !== value || (!isTie && first.weight <= total / 2))
    wrong(`${value} won with ${first?.weight} of ${total}`);
  const agents = new Set(answers.map(({ value: { agent } }) => agent)).size;
  if (isDistinct === true && answered > agents) wrong(`${answered} voices were counted of ${agents} agents`);
  for (const vote of votes) {
    const given = answers.filter(({ value: { output } }) => {
      const { answer = output } = JSON.parse(output) as { answer?: string };
      return answer === vote.value;
    }).length;
    if (given < vote.voices) wrong(`${vote.voices} voices for ${vote.value} were counted, and ${given} were given`);
  }
}

/** The final answers, the first of each task. */
function answersTo(story: Story, tasks: string): readonly Message<'muster.task-results.v1'>[] {
  const seen = new Set<string>();
  return story
    .messages('muster.task-results.v1')
    .filter(
      ({ value: { taskId, status } }) =>
        status === 'COMPLETED' && taskId.startsWith(tasks) && !seen.has(taskId) && seen.add(taskId),
    );
}
