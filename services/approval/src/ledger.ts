import { handled, ignored, type HandlerContext, type Outcome } from '@muster/agent';
import type { Message } from '@muster/bus';
import type { ChangeClaim, ChangeGrantInput } from '@muster/schemas';
import { hourMs, usedUp, type Granted } from './budgets.ts';
import { historyOf, withOutcome, type ClassRecord } from './class-record.ts';
import type { ChangeTables } from './change-state.ts';
import type { Settings } from './settings.ts';

/** A change that was claimed or looked at, and of which nobody has told how it ended. */
interface OpenChange extends Granted {
  readonly isAutomatic: boolean;
}

/** All that is kept of the past of all changes. */
export interface LedgerState {
  /** Automatic approvals of the last hour. */
  readonly granted: readonly Granted[];
  /** The newest. */
  readonly open: readonly OpenChange[];
  /** Those with the newest outcomes. */
  readonly classes: readonly ClassRecord[];
}

type LedgerContext = HandlerContext<LedgerState, Settings, ChangeTables>;
type LedgerOutcome = Outcome<LedgerState, 'muster.change-grants.v1'>;

/** A change that does not end among so many newer ones is forgotten: how it ends is then not counted. */
const mostOpen = 1_000;

const empty: LedgerState = { granted: [], open: [], classes: [] };

/** Claims and outcomes of all changes, one after the other: so a budget is never overdrawn, however many ask at once. */
export function keepLedger(
  { value: claim }: Message<'muster.change-claims.v1'>,
  context: LedgerContext,
): LedgerOutcome {
  const { state = empty, now, config } = context;
  const granted = state.granted.filter(({ at }) => at > now - hourMs);
  const ledger = { ...state, granted };
  switch (claim.kind) {
    case 'LOOK':
      return answer(opened(ledger, claim, false, now), claim, now, 'No room was asked for.');
    case 'CLAIM': {
      // Claimed before: it has its room, and takes no more.
      const reason = granted.some(({ changeId }) => changeId === claim.changeId)
        ? undefined
        : usedUp(claim, ledger, config, now);
      const next = opened(ledger, claim, reason === undefined, now);
      return answer(next, claim, now, reason ?? '');
    }
    case 'RELEASE':
      return handled({
        state: {
          ...ledger,
          granted: granted.filter(({ changeId }) => changeId !== claim.changeId),
          open: state.open.map((each) => (each.changeId === claim.changeId ? { ...each, isAutomatic: false } : each)),
        },
      });
    case 'OUTCOME':
      return close(ledger, claim, now);
    case 'UNKNOWN':
      return ignored(`a claim of a kind that is not known here`);
  }
}

function opened(ledger: LedgerState, claim: ChangeClaim, isGranted: boolean, at: number): LedgerState {
  const { changeId, target, changeClass } = claim;
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

function answer(state: LedgerState, claim: ChangeClaim, now: number, reason: string): LedgerOutcome {
  const { changeId, target, changeClass } = claim;
  const value: ChangeGrantInput = {
    changeId,
    isGranted: reason === '',
    reason,
    ...historyOf(state.classes, { target, changeClass }, now),
  };
  return handled({ state, publish: [{ topic: 'muster.change-grants.v1', value }] });
}

function close(ledger: LedgerState, { changeId, isVerified }: ChangeClaim, now: number): LedgerOutcome {
  const change = ledger.open.find((each) => each.changeId === changeId);
  if (change === undefined)
    return ignored(`change ${changeId} is not open here: it was counted before, or never claimed`);
  const { target, changeClass, isAutomatic } = change;
  const open = ledger.open.filter((each) => each !== change);
  if (isVerified === null) return handled({ state: { ...ledger, open } });
  const outcome = { at: now, target, isVerified, isAutomatic };
  return handled({ state: { ...ledger, open, classes: withOutcome(ledger.classes, changeClass, outcome) } });
}
