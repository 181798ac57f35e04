import { handled, ignored, type HandlerContext, type Outcome } from '@muster/agent';
import type { Message } from '@muster/bus';
import type { ChangeClaim, ChangeGrantInput } from '@muster/schemas';
import { hourMs, usedUp, type Granted } from './budgets.ts';
import { historyOf, withOutcome, type ClassRecord } from './class-record.ts';
import type { ChangeTables } from './change-state.ts';
import type { Settings } from './settings.ts';
import { freeAt, holderOf, nextServed, without, wouldNeverEnd, type Holding, type Waiter } from './targets-held.ts';

/** A change that was claimed or looked at, and of which nobody has told how it ended. */
interface OpenChange extends Granted {
  readonly isAutomatic: boolean;
}

/** All that is kept of the past of all changes. */
export interface LedgerState extends Holding {
  /** Automatic approvals of the last hour. */
  readonly granted: readonly Granted[];
  /** The newest. */
  readonly open: readonly OpenChange[];
  /** Those with the newest outcomes. */
  readonly classes: readonly ClassRecord[];
}

type LedgerContext = HandlerContext<LedgerState, Settings, ChangeTables>;
type LedgerOutcome = Outcome<LedgerState, 'muster.change-grants.v1'>;
type Grant = Extract<LedgerOutcome, { kind: 'handled' }>['publish'];

/** A change that does not end among so many newer ones is forgotten: how it ends is then not counted. */
const mostOpen = 1_000;
/** More do not wait for their targets. */
const mostWaiting = 500;
/** An approval is over when its time is; that its run has begun before may be heard a little later. */
const begunLateMs = 5 * 60_000;

const empty: LedgerState = { granted: [], open: [], classes: [], holds: [], waiters: [] };

/** Claims and outcomes of all changes, one after the other: so a budget is never overdrawn, and a target never changed by two, however many ask at once. */
export function keepLedger(
  { value: claim }: Message<'muster.change-claims.v1'>,
  context: LedgerContext,
): LedgerOutcome {
  const { now } = context;
  const ledger = present(context);
  switch (claim.kind) {
    case 'LOOK':
      return told(opened(ledger, claim, false, now), [answer(ledger, claim, now, 'No room was asked for.')], context);
    case 'CLAIM':
    case 'HOLD':
      return claimed(ledger, { ...claim, kind: claim.kind }, context);
    case 'RELEASE':
      return told(
        {
          ...ledger,
          ...without(ledger, claim.changeId),
          granted: ledger.granted.filter(({ changeId }) => changeId !== claim.changeId),
          open: ledger.open.map((each) => (each.changeId === claim.changeId ? { ...each, isAutomatic: false } : each)),
        },
        [],
        context,
      );
    case 'BEGUN': {
      const until = now + context.config.holdTargetMs;
      const holds = ledger.holds.map((hold) => (hold.changeId === claim.changeId ? { ...hold, until } : hold));
      return told({ ...ledger, holds }, [], context);
    }
    case 'LEFT':
      return told({ ...ledger, ...without(ledger, claim.changeId) }, [], context);
    case 'OUTCOME':
      return told(closed({ ...ledger, ...without(ledger, claim.changeId) }, claim, now), [], context);
    case 'UNKNOWN':
      return ignored(`a claim of a kind that is not known here`);
  }
}

/** A target may be free because the time of whoever had it is over. */
export function wakeLedger(context: LedgerContext): LedgerOutcome {
  return told(present(context), [], context);
}

/** Without what is over. */
function present({ state, now }: LedgerContext): LedgerState {
  const ledger = { ...empty, ...state };
  return {
    ...ledger,
    granted: ledger.granted.filter(({ at }) => at > now - hourMs),
    holds: ledger.holds.filter(({ until }) => until > now),
  };
}

/** The outcome, after all who wait for what is free now have been answered as well. */
function told(ledger: LedgerState, publish: NonNullable<Grant>, context: LedgerContext): LedgerOutcome {
  let next = ledger;
  const said = [...publish];
  for (let served = nextServed(next); served !== undefined; served = nextServed(next)) {
    const { changeId } = served;
    const waiters = next.waiters.filter((waiter) => waiter.changeId !== changeId);
    const done = granted({ ...next, waiters }, served, context);
    next = done.ledger;
    said.push({ ...done.answer, correlationId: served.correlationId });
  }
  return handled({ state: next, publish: said, wakeAt: freeAt(next) });
}

type Asked = Pick<ChangeClaim, 'changeId' | 'target' | 'changeClass' | 'workflowId'> & {
  readonly kind: 'CLAIM' | 'HOLD';
};

/** Room and target are asked for. */
function claimed(ledger: LedgerState, claim: ChangeClaim & Asked, context: LedgerContext): LedgerOutcome {
  const { now } = context;
  const { changeId, target, changeClass, workflowId, kind, envelope } = claim;
  const holder = workflowId === null ? undefined : holderOf(ledger, { target, workflowId });
  const reason = roomFor(ledger, claim, context);
  const isClosing = workflowId !== null && wouldNeverEnd(ledger, { target, workflowId });
  if (reason !== undefined || workflowId === null || (holder === undefined && !isClosing)) {
    const done = granted(ledger, claim, context);
    return told(done.ledger, [done.answer], context);
  }
  const { correlationId } = envelope;
  const waiter: Waiter = { changeId, target, changeClass, workflowId, kind, correlationId };
  const others = ledger.waiters.filter((each) => each.changeId !== changeId);
  const next = opened({ ...ledger, waiters: others }, claim, false, now);
  const { changeId: heldBy, workflowId: run } = holder ?? waiter;
  const why = `${target} is being changed by ${run} (change ${heldBy})`;
  if (holder === undefined)
    return told(
      next,
      [answer(next, claim, now, `others wait for ${target}, and this run for them.`, { heldBy })],
      context,
    );
  if (isClosing)
    return told(next, [answer(next, claim, now, `${why}, which waits for this run itself.`, { heldBy })], context);
  if (others.length >= mostWaiting)
    return told(
      next,
      [answer(next, claim, now, `${why}, and ${mostWaiting} changes wait already.`, { heldBy })],
      context,
    );
  const waits = { heldBy, isWaiting: true };
  return told({ ...next, waiters: [...others, waiter] }, [answer(next, claim, now, `${why}.`, waits)], context);
}

/** The answer to whoever may have his target. */
function granted(
  ledger: LedgerState,
  claim: Asked,
  context: LedgerContext,
): { readonly ledger: LedgerState; readonly answer: ReturnType<typeof answer> } {
  const { now, config } = context;
  const { changeId, target, workflowId, kind } = claim;
  const reason = roomFor(ledger, claim, context);
  const next = opened(ledger, claim, reason === undefined && kind === 'CLAIM', now);
  const said = answer(next, claim, now, reason ?? '');
  if (reason !== undefined || workflowId === null) return { ledger: next, answer: said };
  const until = now + config.approvalValidMs + begunLateMs;
  const holds = [...next.holds.filter((hold) => hold.changeId !== changeId), { changeId, target, workflowId, until }];
  return { ledger: { ...next, holds }, answer: said };
}

/** Why there is no room in the budgets. What people approved uses none. */
function roomFor(ledger: LedgerState, claim: Asked, { config, now }: LedgerContext): string | undefined {
  // Claimed before: it has its room, and takes no more.
  const isKnown = ledger.granted.some(({ changeId }) => changeId === claim.changeId);
  return claim.kind === 'HOLD' || isKnown ? undefined : usedUp(claim, ledger, config, now);
}

function opened(
  ledger: LedgerState,
  { changeId, target, changeClass }: Omit<Granted, 'at'>,
  isGranted: boolean,
  at: number,
): LedgerState {
  const entry = { changeId, target, changeClass, at };
  const known = ledger.granted.some((each) => each.changeId === changeId);
  return {
    ...ledger,
    granted: isGranted && !known ? [...ledger.granted, entry] : ledger.granted,
    open: [
      ...ledger.open.filter((each) => each.changeId !== changeId).slice(-(mostOpen - 1)),
      { ...entry, isAutomatic: isGranted },
    ],
  };
}

function answer(
  { classes }: LedgerState,
  { changeId, target, changeClass }: Omit<Granted, 'at'>,
  now: number,
  reason: string,
  held: Pick<ChangeGrantInput, 'heldBy' | 'isWaiting'> = {},
) {
  const history = historyOf(classes, { target, changeClass }, now);
  const value: ChangeGrantInput = { changeId, isGranted: reason === '', reason, ...held, ...history };
  return { topic: 'muster.change-grants.v1' as const, value };
}

function closed(ledger: LedgerState, { changeId, isVerified }: ChangeClaim, now: number): LedgerState {
  const change = ledger.open.find((each) => each.changeId === changeId);
  // Counted before, or never claimed.
  if (change === undefined) return ledger;
  const { target, changeClass, isAutomatic } = change;
  const open = ledger.open.filter((each) => each !== change);
  if (isVerified === null) return { ...ledger, open };
  const outcome = { at: now, target, isVerified, isAutomatic };
  return { ...ledger, open, classes: withOutcome(ledger.classes, changeClass, outcome) };
}
