export { detect, anomalyThreshold, type DetectorState, type Sample, type Verdict } from './detect.ts';
export type { Detector } from './evidence.ts';
export { trend, limitReachedAt, type Trend, type TrendState, type Forecast } from './trend.ts';
export { observeArrival, absenceDeadline, type ArrivalState } from './absence.ts';
export { hysteresis, type HysteresisOptions, type HysteresisState, type Transition } from './hysteresis.ts';
export { noteTransition, flappingAt, flappingEndsAt, type FlappingOptions, type FlappingState } from './flapping.ts';
export { correlate, settle } from './correlation/correlate.ts';
export type {
  Correlation,
  CorrelationState,
  IncidentChange,
  IncidentChangeKind,
} from './correlation/incident-changes.ts';
export type { CorrelatedIncident, IncidentMember, SuspectedCause } from './correlation/incident.ts';
export type { AlertChange, CorrelationContext, Topology } from './correlation/alert-change.ts';
