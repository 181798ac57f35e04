import { StepFailure } from './step-failure.ts';
import { failStep } from './stopping.ts';
import { put, type Turn } from './turn.ts';

/** What a step throws makes the step fail. */
export function guarded(turn: Turn, id: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    // Parts that were begun before go on; the others are not.
    const parts = turn.run.steps[id]?.parts?.map((part) =>
      part.status === 'WAITING' ? ({ status: 'FAILED', why: error.message } as const) : part,
    );
    put(turn, id, { status: 'FAILED', parts });
    failStep(turn, id, error.message);
  }
}
