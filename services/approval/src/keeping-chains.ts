import { handled, ignored, type HandlerContext, type Outcome } from '@muster/agent';
import type { Message } from '@muster/bus';
import { chainedRecord, isWaiting, type AuditChainEnd } from '@muster/policy';
import { rememberMs, type ChangeTables } from './change-state.ts';
import type { Settings } from './settings.ts';

type ChainContext = HandlerContext<AuditChainEnd, Settings, ChangeTables>;
type ChainOutcome = Outcome<AuditChainEnd, 'muster.audit.v1'>;

/** A change is remembered for `rememberMs` after its end; nothing is recorded of it later. */
const forgetAfterMs = 2 * rememberMs;
/** Longer than anything that is not forgotten can have gone on. */
export const chainHorizonMs = 2 * forgetAfterMs;

/**
 * Gives what is to be recorded its place. A review and a decision come by two topics, and in which order they were handled nothing but the
 * store knows; on this one topic they have one, so the same records come out whenever it is read again.
 */
export function keepChain({ value }: Message<'muster.audit.v1'>, { state, now }: ChainContext): ChainOutcome {
  if (!isWaiting(value)) return ignored('it has its place');
  if (value.envelope.source !== 'approval') return ignored(`${value.envelope.source} keeps its chains itself`);
  const record = chainedRecord(state ?? null, value);
  return handled({
    state: { sequence: record.sequence, hash: record.hash },
    publish: [{ topic: 'muster.audit.v1', value: record, correlationId: value.envelope.correlationId }],
    wakeAt: now + forgetAfterMs,
  });
}

export function forgetChain({ state }: ChainContext): ChainOutcome {
  return state === undefined ? ignored('nothing is remembered of it') : handled({ state: null });
}
