/** Parts of a step end. */
import { complete } from './outputs.ts';
import type { PartState } from './run.ts';
import { noteDone } from './done.ts';
import { guarded } from './guarded.ts';
import { silenceOf } from './prolonging.ts';
import { beginParts, waitedFor } from './step-begin.ts';
import { failStep } from './stopping.ts';
import { put, putPart, stepOf, taskIdOf, tell, type Turn } from './turn.ts';
import { verdictOf } from './vote.ts';

/** A part completed, failed or was given up. */
export function endPart(turn: Turn, id: string, part: number, state: PartState): void {
  putPart(turn, id, part, state);
  if (state.status === 'COMPLETED') noteDone(turn, id, part);
  progressStep(turn, id);
}

/** Looks how far a step with parts is. In a run that stops or is paused, nothing more is begun. */
export function progressStep(turn: Turn, id: string): void {
  const { run } = turn;
  const step = stepOf(turn, id);
  const state = run.steps[id];
  const parts = state?.parts ?? [];
  if (state?.status !== 'RUNNING' || (step.vote !== undefined && parts.some(({ status }) => status === 'RUNNING')))
    return;
  if (step.vote !== undefined && !askOthers(turn, id, parts)) return countVotes(turn, id, parts);
  if (step.vote !== undefined) return;
  const bad = parts.find(({ status }) => status === 'FAILED' || status === 'GIVEN_UP');
  if (bad !== undefined) {
    if (parts.some(({ status }) => status === 'RUNNING')) return;
    const which = state.items === undefined ? '' : `item ${parts.indexOf(bad) + 1}: `;
    return failStep(turn, id, `${which}${bad.why ?? ''}`);
  }
  if (run.status === 'RUNNING' && !run.isPaused && parts.some(({ status }) => status === 'WAITING'))
    beginParts(turn, id);
  if (!parts.every(({ status }) => status === 'COMPLETED')) return;
  const output = state.items === undefined ? (parts[0]?.output ?? {}) : parts.map((each) => each.output ?? {});
  complete(turn, id, output);
  const agents = [...new Set(parts.map(({ agent }) => agent ?? '').filter((agent) => agent !== ''))];
  const by = agents.length === 0 ? '' : ` by ${agents.slice(0, 5).join(', ')}`;
  const inPart = run.steps[id]?.isPartial === true ? ' in part' : '';
  tell(turn, 'STEP_COMPLETED', `${id} completed${inPart}${by}`, {
    stepId: id,
    output,
    ...(parts.length === 1 && step.playbook === undefined ? { taskId: taskIdOf(turn, id, 1) } : {}),
  });
}

/** One voice per agent: for every answer too many, another agent is asked, until twice as many were asked as answers are wanted. */
function askOthers(turn: Turn, id: string, parts: readonly PartState[]): boolean {
  const { vote } = stepOf(turn, id);
  if (vote?.distinct !== true || turn.run.status !== 'RUNNING') return false;
  const answers = parts.filter(({ status }) => status === 'COMPLETED');
  const agents = new Set(answers.map(({ agent }) => agent ?? ''));
  const more = Math.min(answers.length - agents.size - (parts.length - vote.of), 2 * vote.of - parts.length);
  if (more <= 0) return false;
  if (turn.run.isPaused) return true;
  put(turn, id, { parts: [...parts, ...Array.from({ length: more }, (): PartState => ({ status: 'WAITING' }))] });
  beginParts(turn, id, [...agents].slice(0, 50));
  return true;
}

function countVotes(turn: Turn, id: string, parts: readonly PartState[]): void {
  const { vote } = stepOf(turn, id);
  if (vote === undefined) return;
  const counted = verdictOf(vote, parts);
  if ('why' in counted) return failStep(turn, id, counted.why);
  complete(turn, id, counted.verdict);
  const text = `${id} was decided: ${JSON.stringify(counted.verdict.value) ?? 'null'}, by ${counted.verdict.answered} of ${vote.of}`;
  tell(turn, 'STEP_COMPLETED', text, { stepId: id, output: counted.verdict });
}

/** A paused run goes on: so do steps that have parts to begin. */
export function goOn(turn: Turn): void {
  for (const [id, { status, parts = [] }] of Object.entries(turn.run.steps))
    if (status === 'RUNNING' && parts.length > 0) guarded(turn, id, () => progressStep(turn, id));
}

/** No result came in time. */
export function giveUpPart(turn: Turn, id: string, part: number): void {
  const step = stepOf(turn, id);
  if (step.playbook !== undefined)
    turn.commands.push({ kind: 'cancelRun', workflowId: taskIdOf(turn, id, part), reason: 'it took too long' });
  noteDone(turn, id, part, true);
  const why = silenceOf(turn.run.steps[id]?.parts?.[part - 1], turn.now) ?? `no result within ${waitedFor(step)}`;
  endPart(turn, id, part, { status: 'GIVEN_UP', why });
}
