import { messageOf } from './turn.ts';

/** A step can't go on; the run decides what follows. */
export class StepFailure extends Error {}

/** What expressions throw is a failure of the step. */
export function attempt<T>(evaluate: () => T): T {
  try {
    return evaluate();
  } catch (error) {
    throw new StepFailure(messageOf(error));
  }
}
