import {
  breakerAt,
  closedBreaker,
  noteAttempt,
  noteCall,
  retryAllowance,
  defaultBreaker,
  type Breaker,
  type RetryBudget,
  type RetryTally,
} from '@muster/resilience';
import type { AgentScoreInput, Lesson, TaskMeasurement } from '@muster/schemas';
import { emptySketch, percentiles, windowMs, withLatency, type LatencySketch } from './latency-sketch.ts';
import { learned } from './lessons.ts';
import type { Settings } from './settings.ts';

/** What is measured of one agent and capability. Of constant size. */
export interface ScoreState {
  readonly agent: string;
  readonly capability: string;
  readonly count: number;
  /** Exponentially weighted; of the first twenty, their mean. */
  readonly successRate: number;
  readonly cost: number;
  readonly latencies: LatencySketch;
  readonly breaker: Breaker;
  readonly attempts: RetryTally;
  /** Failed attempts that wait to be tried again. */
  readonly waiting: number;
  readonly lessons: readonly Lesson[];
  readonly measuredAt: number;
  /** When it was last compared with what was published. */
  readonly comparedAt: number;
  /** What was published last, and when. */
  readonly told: { readonly score: AgentScoreInput; readonly at: number } | null;
}

/** The newest counts for a twentieth: about the last forty decide. */
const newestWeight = 0.05;
/** After so long a silence nothing can be waiting any more. */
const forgetWaitingMs = 3_600_000;

export function freshScore(
  { agent, capability }: Pick<TaskMeasurement, 'agent' | 'capability'>,
  now: number,
): ScoreState {
  return {
    agent,
    capability,
    count: 0,
    successRate: 1,
    cost: 0,
    latencies: emptySketch(now),
    breaker: closedBreaker,
    attempts: [],
    waiting: 0,
    lessons: [],
    measuredAt: now,
    comparedAt: now,
    told: null,
  };
}

function budgetOf({ retryRatio, retryFloor }: Settings): RetryBudget {
  return { ratio: retryRatio, floor: retryFloor, windowMs: 60_000 };
}

/** The state after a measurement. Permanent faults count for the rate; they do not open a breaker, since the agent answers as it should. */
export function withMeasurement(
  state: ScoreState,
  measurement: TaskMeasurement,
  config: Settings,
  now: number,
): ScoreState {
  const { kind, isSuccess, faultClass, pattern, strategy } = measurement;
  const next = { ...scoreAt(state, now), measuredAt: now };
  const { waiting } = next;
  switch (kind) {
    case 'ENDED':
      return ended(next, measurement, config, now);
    case 'RETRIED':
      return {
        ...next,
        waiting: Math.max(0, waiting - 1),
        attempts: noteAttempt(budgetOf(config), state.attempts, true, now),
      };
    case 'DROPPED':
      return { ...next, waiting: Math.max(0, waiting - 1) };
    case 'LESSON':
      return { ...next, lessons: learned(state.lessons, { faultClass, pattern, strategy }, isSuccess) };
    case 'UNKNOWN':
      return state;
  }
}

/** The state as it stands at a time. */
export function scoreAt(state: ScoreState, now: number): ScoreState {
  const waiting = now - state.measuredAt > forgetWaitingMs ? 0 : state.waiting;
  return { ...state, waiting, breaker: breakerAt(state.breaker, now) };
}

function ended(state: ScoreState, measurement: TaskMeasurement, config: Settings, now: number): ScoreState {
  const { isSuccess, faultClass, strategy, attempt, latencyMs, cost } = measurement;
  const count = state.count + 1;
  const weight = Math.max(newestWeight, 1 / count);
  const isCall = isSuccess || faultClass !== 'permanent';
  return {
    ...state,
    count,
    successRate: state.successRate + weight * ((isSuccess ? 1 : 0) - state.successRate),
    cost: state.cost + weight * (cost - state.cost),
    latencies: latencyMs > 0 ? withLatency(state.latencies, latencyMs, now) : state.latencies,
    breaker: isCall
      ? noteCall({ ...defaultBreaker, coolDownMs: config.coolDownMs }, state.breaker, isSuccess, now)
      : state.breaker,
    attempts: attempt === 1 ? noteAttempt(budgetOf(config), state.attempts, false, now) : state.attempts,
    waiting: state.waiting + (strategy === '' ? 0 : 1),
  };
}

/**
 * The share of those who wait that may try again now. Each draws for itself when its time has come: on average no more go than the budget
 * allows, whoever they are and however many wait. A half-open breaker wants no more than its trials.
 */
export function retryShareOf({ attempts, waiting, breaker }: ScoreState, config: Settings, now: number): number {
  if (waiting === 0) return 1;
  const allowance = retryAllowance(budgetOf(config), attempts, now);
  const most = breaker.status === 'half-open' ? Math.min(allowance, defaultBreaker.trials) : allowance;
  return Math.min(1, most / waiting);
}

/** What says whether tasks may go to it: known at once and told at once. */
export function gateOf(
  state: ScoreState,
  config: Settings,
  now: number,
): Required<Pick<AgentScoreInput, 'breaker' | 'halfOpenAt' | 'retryShare'>> {
  const { status, halfOpenAt } = state.breaker;
  return {
    breaker: status === 'closed' ? 'CLOSED' : status === 'open' ? 'OPEN' : 'HALF_OPEN',
    halfOpenAt,
    retryShare: Math.round(retryShareOf(state, config, now) * 10_000) / 10_000,
  };
}

/** As it is published. */
export function scoreOf(state: ScoreState, config: Settings, now: number): AgentScoreInput {
  const [p50 = 0, p95 = 0] = percentiles(state.latencies, [0.5, 0.95]);
  const { agent, capability, count } = state;
  return {
    agent,
    capability,
    count,
    successRate: Math.round(state.successRate * 10_000) / 10_000,
    latencyP50Ms: p50,
    latencyP95Ms: p95,
    cost: state.cost,
    ...gateOf(state, config, now),
    windowMs,
    lessons: state.lessons.slice(0, 16),
  };
}
