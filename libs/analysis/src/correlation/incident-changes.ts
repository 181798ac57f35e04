import type { Crowd } from './crowd.ts';
import type { Habits } from './familiarity.ts';
import type { CorrelatedIncident } from './incident.ts';
import type { Ordinary } from './surroundings.ts';

/** All that is remembered of one scope: a plain value of numbers, strings, arrays and Maps, bounded by `limits`. */
export type CorrelationState = {
  readonly habits: Habits;
  readonly crowd: Crowd;
  readonly ordinary: readonly Ordinary[];
  /** Open ones, and those lately ended, which may be opened again. */
  readonly incidents: ReadonlyMap<string, CorrelatedIncident>;
};

/**
 * What happened to an incident. `counted`: only numbers changed, not worth a message of its own; `eased`: an alert of it ended; `cause`:
 * another target is suspected; `split`: a part of it goes on as an incident of its own; `merged`: another one has taken it over.
 */
export type IncidentChangeKind =
  | 'opened'
  | 'reopened'
  | 'grown'
  | 'counted'
  | 'eased'
  | 'worse'
  | 'cause'
  | 'split'
  | 'merged'
  | 'resolved';

export type IncidentChange = {
  readonly kinds: readonly IncidentChangeKind[];
  /** As it is now. */
  readonly incident: CorrelatedIncident;
  /** alertIds of the changes that came to it. */
  readonly joined: readonly string[];
};

export type Correlation = {
  readonly state: CorrelationState;
  readonly changes: readonly IncidentChange[];
  /** When `settle` is to be called, epoch ms; undefined when there is nothing to wait for. */
  readonly wakeAt?: number;
};
