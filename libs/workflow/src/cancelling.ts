import { answered, isUnderWay, stopRun } from './stopping.ts';
import { tell, type Turn } from './turn.ts';

/** A run that is cancelled begins nothing more, waits for what is under way and undoes what was done. */
export function cancelRun(
  turn: Turn,
  { by, reason }: { readonly by: string; readonly reason: string },
): string | undefined {
  const { run } = turn;
  run.isPaused = false;
  if (run.status === 'WAITS_FOR_PERSON') {
    answered(turn, true, by || 'somebody');
    return undefined;
  }
  if (run.status === 'UNDOING' || (run.status === 'STOPPING' && run.stop?.kind === 'cancel'))
    return 'the run is being undone already';
  const why = `cancelled by ${by || 'somebody'}${reason === '' ? '' : `: ${reason}`}`;
  stopRun(turn, { why, kind: 'cancel', stepId: null, only: null, hasAsked: true });
  if (isUnderWay(turn)) tell(turn, 'RUN_SIGNALLED', `${why}; what is under way is waited for`);
  return undefined;
}
