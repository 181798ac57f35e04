/**
 * Measures how well each agent does each capability, and says so: at once when its breaker moves or what may be tried again changes, within a second
 * when it became clearly better or worse, else every ten seconds while there is anything new.
 */
import { handled, ignored, type HandlerContext, type Outcome } from '@muster/agent';
import type { Message } from '@muster/bus';
import type { AgentScoreInput } from '@muster/schemas';
import type { Tables } from './alternatives.ts';
import { isFarFrom } from './latency-sketch.ts';
import { freshScore, gateOf, scoreAt, scoreOf, withMeasurement, type ScoreState } from './score-state.ts';
import type { Settings } from './settings.ts';

type Context = HandlerContext<ScoreState, Settings, Tables>;
type Ended = Outcome<ScoreState, 'muster.agent-scores.v1'>;

const usualMs = 10_000;
const clearMs = 1_000;
const shareMs = 200;
/** While less than all may be tried again, the window slides and more may. */
const lookAgainMs = 2_000;

export function measure({ value }: Message<'muster.task-measurements.v1'>, { state, now, config }: Context): Ended {
  if (value.kind === 'UNKNOWN') return ignored('a kind this version does not know');
  const before = state ?? freshScore(value, now);
  return told(withMeasurement(before, value, config, now), config, now);
}

/** A cool-down is over, or there is something left to say. */
export function remeasure({ state, now, config }: Context): Ended {
  if (state === undefined) return ignored('nothing is measured');
  return told(scoreAt(state, now), config, now);
}

function told(state: ScoreState, config: Settings, now: number): Ended {
  const { breaker, halfOpenAt, retryShare } = gateOf(state, config, now);
  const last = state.told?.score;
  const isSame = last?.breaker === breaker && last.halfOpenAt === halfOpenAt && last.retryShare === retryShare;
  const lookAt = retryShare < 1 ? now + lookAgainMs : null;
  // Percentiles cost more than counting: once a second is often enough.
  if (isSame && now < state.comparedAt + clearMs)
    return handled({ state, wakeAt: earliest(halfOpenAt, lookAt, state.comparedAt + clearMs) });
  const score = scoreOf(state, config, now);
  const dueAt = state.told === null ? now : dueAfter(state.told.score, score, state.told.at, now);
  const isTold = dueAt !== null && dueAt <= now;
  return handled({
    state: { ...state, comparedAt: now, told: isTold ? { score, at: now } : state.told },
    publish: isTold ? [{ topic: 'muster.agent-scores.v1', value: score }] : [],
    wakeAt: earliest(halfOpenAt, lookAt, isTold ? null : dueAt),
  });
}

function earliest(...times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** When the new score should be known, after the old one was told at `at`; `null` when it says nothing new. */
function dueAfter(old: AgentScoreInput, next: AgentScoreInput, at: number, now: number): number | null {
  if (old.breaker !== next.breaker || old.halfOpenAt !== next.halfOpenAt) return now;
  const [was, is] = [old.retryShare ?? 1, next.retryShare ?? 1];
  if (is < 0.75 * was) return now;
  if (is > 1.5 * was || (is === 1) !== (was === 1)) return at + shareMs;
  const isClear =
    Math.abs(old.successRate - next.successRate) >= 0.1 ||
    isFarFrom(old.latencyP95Ms, next.latencyP95Ms) ||
    isFarFrom(old.latencyP50Ms, next.latencyP50Ms);
  if (isClear) return at + clearMs;
  return old.count === next.count && was === is ? null : at + usualMs;
}
