import { handled, ignored, type HandlerContext, type Outcome, type Publication } from '@muster/agent';
import type { Message } from '@muster/bus';
import type { ChangeClaimInput, WorkflowEvent } from '@muster/schemas';
import type { ChangeTables } from './change-state.ts';
import type { Settings } from './settings.ts';
import { ledger } from './telling.ts';

/** What a run has carried out so far, and what it has only asked for. */
export interface RunState {
  readonly changeIds: readonly string[];
  readonly asked?: readonly string[];
  /** Something could not be undone: the run will do nothing more, and ask a person. */
  readonly isStuck?: boolean;
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

/** Gathers the changes of a run; tells the ledger when one is begun, and how they ended when the run does. */
export function collectOutcomes(
  { value: event }: Message<'muster.workflow-events.v1'>,
  context: RunContext,
): RunOutcome {
  const { state, now } = context;
  const { changeIds: known = [], asked = [], isStuck = false } = state ?? {};
  const { kind, changeId } = event;
  const isVerified = ends.get(kind);
  if (isVerified === undefined) {
    const wakeAt = now + forgetAfterMs;
    if (kind === 'STEP_COMPENSATION_FAILED' && known.length > 0)
      return handled({ state: { changeIds: known, asked, isStuck: true }, wakeAt });
    if (kind === 'RUN_WAITS_FOR_PERSON' && isStuck)
      return handled({ publish: known.map((each) => claimed({ kind: 'LEFT', changeId: each })) });
    if (changeId === null || known.includes(changeId) || known.length + asked.length >= mostChanges)
      return ignored('says nothing new about a change');
    const others = asked.filter((each) => each !== changeId);
    if (!carriesOut.has(kind))
      return handled({ state: { changeIds: known, asked: [...others, changeId], isStuck }, wakeAt });
    const state: RunState = { changeIds: [...known, changeId], asked: others, isStuck };
    return handled({ state, publish: [claimed({ kind: 'BEGUN', changeId })], wakeAt });
  }
  // What was asked for and not begun, or was for a run that was refused, was not carried out; it holds its target no longer.
  const dropped = [...asked, ...(changeId === null || known.includes(changeId) ? [] : [changeId])];
  if (known.length + dropped.length === 0) return ignored('a run without changes');
  return handled({
    state: null,
    wakeAt: null,
    publish: [
      ...known.map((each) => claimed({ kind: 'OUTCOME', changeId: each, isVerified })),
      ...dropped.map((each) => claimed({ kind: 'OUTCOME', changeId: each, isVerified: null })),
    ],
  });
}

function claimed(claim: Omit<ChangeClaimInput, 'ledger'>): Publication<'muster.change-claims.v1'> {
  return { topic: 'muster.change-claims.v1', value: { ledger, ...claim } };
}

export function forgetRun({ state }: RunContext): RunOutcome {
  return state === undefined ? ignored('nothing is remembered of it') : handled({ state: null });
}
