/** All blocks that are made without asking, one after the other: so the hour's budget is never overdrawn, however many addresses attack at once. */
import { handled, ignored, type HandlerContext, type Outcome, type Publication } from '@muster/agent';
import type { Message } from '@muster/bus';
import type { AlertInput, Block, BlockClaim, BlockInput } from '@muster/schemas';
import { blockRequest } from './block-request.ts';
import { whyNotBlocked, type SecurityTables } from './decide.ts';
import type { Settings } from './settings.ts';

export interface LedgerState {
  /** The blocks of the last hour: when each was granted, and to whom. */
  readonly granted: readonly Granted[];
  /** Since when claims were refused, and when the latest was. */
  readonly usedUp: { readonly startsAt: number; readonly lastAt: number } | null;
}

interface Granted {
  readonly at: number;
  readonly address: string;
  readonly startsAt: number;
}

type LedgerTopics = 'muster.blocks.v1' | 'muster.change-requests.v1' | 'muster.alerts.v1';
type LedgerContext = HandlerContext<LedgerState, Settings, SecurityTables>;
type LedgerOutcome = Outcome<LedgerState, LedgerTopics>;

const hourMs = 3_600_000;
const empty: LedgerState = { granted: [], usedUp: null };

/** Grants a block while there is room in the hour; else people are asked. Looks at the allow-list and at releases again: they may be newer than the claim. */
export function keepLedger({ value: claim }: Message<'muster.block-claims.v1'>, context: LedgerContext): LedgerOutcome {
  const { now, config, newId, tables } = context;
  const { address, startsAt, endsAt, rule, reason, offence, target } = claim;
  if (endsAt <= now) return ignored('the block would be over');
  const why = whyNotBlocked(address, now, config, tables);
  if (why !== undefined) return ignored(`${address} is not blocked: ${why}`);
  if (isKeptOut(tables.blocks.get(address), claim, now)) return ignored('it is kept out for longer already');
  const ledger = present(context);
  if (ledger.granted.some((each) => each.address === address && each.startsAt === startsAt))
    return ignored('it was granted before');
  if (ledger.granted.length < config.blocksPerHour) {
    const value: BlockInput = {
      address,
      status: 'ACTIVE',
      startsAt,
      endsAt,
      reason,
      rule,
      offence,
      target,
      decidedBy: 'security',
    };
    const granted = [...ledger.granted, { at: now, address, startsAt }];
    return keep({ ...ledger, granted }, [{ topic: 'muster.blocks.v1', value }]);
  }
  const value = blockRequest({
    changeId: newId(),
    address,
    target,
    rule,
    reason,
    why: "The hour's blocks are used up.",
  });
  const request: Publication<LedgerTopics> = { topic: 'muster.change-requests.v1', value };
  const usedUp = { startsAt: ledger.usedUp?.startsAt ?? now, lastAt: now };
  const alerts = ledger.usedUp === null ? [alertOf('FIRING', usedUp.startsAt, claim, config)] : [];
  return keep({ ...ledger, usedUp }, [request, ...alerts]);
}

/**
 * Whether somebody had made a longer block when the claim was made. Its own block, and what came after it, is in the table when the ledger is rebuilt, and must
 * not make it forget what it granted.
 */
function isKeptOut(standing: Block | undefined, { startsAt, endsAt }: BlockClaim, now: number): boolean {
  if (standing?.status !== 'ACTIVE' || standing.startsAt > now || standing.endsAt < endsAt) return false;
  return standing.decidedBy !== 'security' || standing.startsAt !== startsAt;
}

/** An hour after the latest claim nothing of it matters any more. */
export function wakeLedger(context: LedgerContext): LedgerOutcome {
  const { now, config } = context;
  const ledger = present(context);
  if (ledger.usedUp === null || ledger.usedUp.lastAt + hourMs > now) return keep(ledger, []);
  const told = alertOf('RESOLVED', ledger.usedUp.startsAt, undefined, config, now);
  return keep({ ...ledger, usedUp: null }, [told]);
}

/** Without what is over an hour old. */
function present({ state = empty, now }: LedgerContext): LedgerState {
  return { ...state, granted: state.granted.filter(({ at }) => at > now - hourMs) };
}

function keep(state: LedgerState, publish: readonly Publication<LedgerTopics>[]): LedgerOutcome {
  const latestAt = Math.max(state.usedUp?.lastAt ?? 0, state.granted.at(-1)?.at ?? 0);
  return latestAt === 0
    ? handled<LedgerState, LedgerTopics>({ state: null, publish, wakeAt: null })
    : handled<LedgerState, LedgerTopics>({ state, publish, wakeAt: latestAt + hourMs });
}

function alertOf(
  status: 'FIRING' | 'RESOLVED',
  startsAt: number,
  claim: BlockClaim | undefined,
  { blocksPerHour }: Settings,
  endsAt?: number,
): Publication<LedgerTopics> {
  const value: AlertInput = {
    fingerprint: 'security/blocks-used-up',
    status,
    severity: 'WARNING',
    target: 'muster/security',
    category: 'SECURITY',
    title: 'The blocks of the hour are used up',
    description:
      claim === undefined
        ? 'There is room again.'
        : `${blocksPerHour} were made. People are asked for each further one, first for ${claim.address}: ${claim.reason}`,
    startsAt,
    ...(endsAt === undefined ? {} : { endsAt }),
  };
  return { topic: 'muster.alerts.v1', value };
}
