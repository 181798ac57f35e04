import { handled, ignored, type HandlerContext, type Outcome } from '@muster/agent';
import type { Message } from '@muster/bus';
import type { WorkflowEvent } from '@muster/schemas';
import type { ChangeTables } from './change-state.ts';
import type { Settings } from './settings.ts';
import { ledger } from './telling.ts';

/** What a run has carried out so far. */
export interface RunState {
  readonly changeIds: readonly string[];
}

type RunContext = HandlerContext<RunState, Settings, ChangeTables>;
type RunOutcome = Outcome<RunState, 'muster.change-claims.v1'>;

/** More changes of one run are not counted. */
const mostChanges = 200;
/** A run of which nothing was heard for so long is forgotten. */
const forgetAfterMs = 7 * 24 * 3_600_000;

/** How runs end: verified, not verified, or (null) without having been carried out to an end that says anything. */
const ends = new Map<WorkflowEvent['kind'], boolean | null>([
  ['RUN_COMPLETED', true],
  ['RUN_COMPENSATED', false],
  ['RUN_FAILED', false],
  ['RUN_CANCELLED', null],
  ['RUN_REFUSED', null],
]);
const carriesOut: ReadonlySet<WorkflowEvent['kind']> = new Set(['RUN_STARTED', 'STEP_STARTED', 'STEP_COMPLETED']);

/** Gathers the changes that a run carries out, and tells the ledger how they ended when the run does. */
export function collectOutcomes(
  { value: event }: Message<'muster.workflow-events.v1'>,
  context: RunContext,
): RunOutcome {
  const { state, now } = context;
  const known = state?.changeIds ?? [];
  const isNew = carriesOut.has(event.kind) && event.changeId !== null && !known.includes(event.changeId);
  const changeIds = isNew && known.length < mostChanges ? [...known, event.changeId ?? ''] : known;
  const isVerified = ends.get(event.kind);
  if (isVerified === undefined) {
    if (!isNew) return ignored('says nothing about how a change ends');
    return handled({ state: { changeIds }, wakeAt: now + forgetAfterMs });
  }
  if (changeIds.length === 0) return ignored('a run without changes');
  return handled({
    state: null,
    wakeAt: null,
    publish: changeIds.map((changeId) => ({
      topic: 'muster.change-claims.v1',
      value: { ledger, kind: 'OUTCOME', changeId, isVerified },
    })),
  });
}

export function forgetRun({ state }: RunContext): RunOutcome {
  return state === undefined ? ignored('nothing is remembered of it') : handled({ state: null });
}
