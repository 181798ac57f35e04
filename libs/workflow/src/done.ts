/** What was done, or may have been: where it was not, undoing it does no harm. */
import { stepOf, type Turn } from './turn.ts';

/** Votes have nothing to undo, and runs within runs that were given up undo their own. */
export function noteDone(turn: Turn, stepId: string, part: number, isOpen = false): void {
  const { vote, playbook } = stepOf(turn, stepId);
  if (vote !== undefined || (isOpen && playbook !== undefined)) return;
  noteNotDone(turn, stepId, part);
  turn.run.done.push([stepId, part, isOpen]);
}

export function noteNotDone({ run }: Turn, stepId: string, part: number): void {
  run.done = run.done.filter(([id, number]) => id !== stepId || number !== part);
}
