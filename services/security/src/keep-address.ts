import { handled, type Outcome, type Publication } from '@muster/agent';
import type { AddressState } from './address-state.ts';
import type { AddressTopics } from './decide.ts';
import type { Settings } from './settings.ts';

export type AddressOutcome = Outcome<AddressState, AddressTopics>;

/** Keeps the state until nothing in it matters any more, and asks to be woken when something is due. */
export function keepAddress(
  state: AddressState,
  publish: readonly Publication<AddressTopics>[],
  config: Settings,
  now = 0,
): AddressOutcome {
  const forgetAt = forgetAtOf(state, config);
  const { block, alert, release } = state;
  const due = [
    forgetAt,
    block === null
      ? Infinity
      : block.isVerified
        ? block.endsAt
        : Math.min(block.endsAt, block.startsAt + config.verifyAfterMs),
    alert === null ? Infinity : Math.max(alert.endsAt, block?.endsAt ?? 0),
    release?.endsAt ?? Infinity,
  ];
  const isForgotten = isForgettable(state, config, now);
  return handled<AddressState, AddressTopics>({
    state: isForgotten ? null : state,
    publish,
    wakeAt: isForgotten ? null : Math.max(now + 1, Math.min(...due)),
  });
}

/** Whether nothing in it matters any more. */
export function isForgettable(state: AddressState, config: Settings, now: number): boolean {
  return forgetAtOf(state, config) <= now && state.block === null && state.alert === null && state.release === null;
}

function forgetAtOf({ offences, goodDays, heardAt }: AddressState, config: Settings): number {
  return heardAt + (offences > 0 || goodDays > 0 ? config.forgetOffencesAfterMs : config.forgetAfterMs);
}
