/**
 * What to do about a failure. Pure: what it goes by are the failure, the task, and what was measured. Fault data come first; what was
 * learned from messages decides only where fault data say nothing, and prefers one way over another where experience is clear.
 */
import { fullJitterAfter, type Backoff, type FaultKind } from '@muster/resilience';
import type { AgentScore } from '@muster/schemas';
import { isNotOffered, type Failure } from './failure.ts';
import { lessonsFor, type Experience } from './lessons.ts';
import type { OpenTask, Plan, Strategy } from './open-task.ts';

export type Decision = (Plan & { readonly isCounted: boolean }) | GivingUp;

export interface GivingUp {
  readonly strategy: 'give-up';
  readonly reason: string;
}

export interface Situation {
  readonly open: OpenTask;
  readonly failure: Failure;
  readonly now: number;
  readonly maxAttempts: number;
  /** Of the agent that failed, for this capability. */
  readonly score: AgentScore | undefined;
  /** Other agents that offer the capability, whose breaker is not open, and that are not avoided yet. */
  readonly others: readonly string[];
  /** From 0 to below 1, another number each time. */
  readonly draw: () => number;
}

const backoffs: Readonly<Record<FaultKind, Backoff>> = {
  transient: { initialMs: 500, factor: 2, maxMs: 30_000 },
  overload: { initialMs: 2_000, factor: 2, maxMs: 60_000 },
  dependency: { initialMs: 1_000, factor: 2, maxMs: 60_000 },
  unknown: { initialMs: 1_000, factor: 2, maxMs: 30_000 },
  permanent: { initialMs: 500, factor: 2, maxMs: 5_000 },
};
/** Measurements of the failure are to be there before it is tried again. */
const leastDelayMs = 100;
const mostUnknownTries = 3;
const waitMs = { first: 5_000, longest: 300_000 };
const exploration = 0.1;

/** Decides what is done about a failed attempt; `open.tries` counts it already. */
export function decide(situation: Situation): Decision {
  const { open, failure, now, maxAttempts } = situation;
  if (failure.fault === 'mesh') return waiting(situation);
  if (failure.fault === 'request') return giveUp(`the request is wrong: ${failure.reason}`);
  if (open.tries >= maxAttempts) return giveUp(`all ${maxAttempts} attempts are used up`);
  const maxCost = open.task.budget?.maxCost ?? null;
  if (maxCost !== null && open.cost >= maxCost) return giveUp(`it has cost ${open.cost}, and ${maxCost} is the most`);
  const way = wayOf(situation);
  if (way.strategy === 'give-up') return way;
  const delayMs = leastDelayMs + fullJitterAfter(backoffs[failure.kind], open.tries, situation.draw());
  const earliest = now + Math.max(leastDelayMs, failure.retryAfterMs ?? 0);
  const openUntil = way.strategy === 'breaker' ? (situation.score?.halfOpenAt ?? now) : now;
  const wanted = Math.max(earliest, openUntil + delayMs);
  const dueAt = inTime(situation, Math.max(earliest, openUntil), wanted);
  if (dueAt === undefined) return giveUp('no other attempt could be done by the deadline');
  const avoid =
    way.strategy === 'other-agent' ? [...new Set([...open.task.avoid, failure.agent])].slice(-8) : open.task.avoid;
  return { ...way, dueAt, avoid, agent: failure.agent, kind: failure.kind, pattern: failure.pattern, isCounted: true };
}

/** When to do it: when it is wanted, or earlier so that it can be done by the deadline, but not before `earliest`. */
export function inTime(
  { open, score }: Pick<Situation, 'open' | 'score'>,
  earliest: number,
  wanted: number,
): number | undefined {
  // Half of the attempts take no longer than the median: without a measurement, any time that is left is believed to do.
  const latest = open.deadline - Math.max(1, score?.latencyP50Ms ?? 0);
  if (earliest > latest) return undefined;
  return Math.ceil(Math.min(wanted, latest));
}

interface Way {
  readonly strategy: Exclude<Strategy, 'wait'>;
  readonly reason: string;
}

function wayOf(situation: Situation): Way | GivingUp {
  const { open, failure, others, score, now } = situation;
  const { kind, reason } = failure;
  const canMove = others.length > 0;
  if (isNotOffered(failure))
    return canMove ? { strategy: 'other-agent', reason: `${failure.agent} does not offer it` } : giveUp(reason);
  if (kind === 'permanent') return giveUp(reason);
  const learned = lessonsFor(score?.lessons ?? [], kind, failure.pattern);
  if (kind === 'unknown') return wayOfUnknown(situation, learned);
  const isOpen = score?.breaker === 'OPEN' && (score.halfOpenAt ?? 0) > now;
  if (isOpen && !canMove) return { strategy: 'breaker', reason: `${reason}; the breaker of ${failure.agent} is open` };
  if (isOpen) return { strategy: 'other-agent', reason: `${reason}; the breaker of ${failure.agent} is open` };
  if (canMove && learned.isMovingBetter) return { strategy: 'other-agent', reason: `${reason}; ${learned.words}` };
  const failedHere = open.history.filter(({ agent }) => agent === failure.agent).length + 1;
  if (canMove && (kind === 'overload' || (kind === 'transient' && failedHere >= 2)))
    return { strategy: 'other-agent', reason: `${reason}; another agent may do it` };
  return { strategy: 'backoff', reason };
}

/** Fault data say nothing: what helped after such messages decides, else it is tried a little and no longer. */
function wayOfUnknown({ open, failure, others, draw }: Situation, learned: Experience): Way | GivingUp {
  const { reason } = failure;
  const { best } = learned;
  if (learned.isHopeless && draw() >= exploration) return giveUp(`${reason}; ${learned.words}`);
  if (best !== undefined && (best !== 'other-agent' || others.length > 0))
    return { strategy: best, reason: `${reason}; ${learned.words}` };
  if (open.tries >= mostUnknownTries)
    return giveUp(`${reason}; tried ${open.tries} times, and nothing suggests another`);
  return { strategy: others.length > 0 ? 'other-agent' : 'backoff', reason };
}

/** It was not begun: it waits, longer each time, and none of this counts. */
const waitReasons: Readonly<Record<string, string>> = {
  KillSwitch: 'a kill switch is on',
  NotApproved: 'no decision on its change is known',
};

function waiting(situation: Situation): Decision {
  const { open, failure, now, draw } = situation;
  const askedMs = failure.retryAfterMs ?? waitMs.first;
  const delayMs = Math.max(askedMs, Math.min(waitMs.longest, askedMs * 2 ** Math.min(20, open.waits)));
  const dueAt = inTime(situation, now + askedMs, now + delayMs * (1 + 0.25 * draw()));
  if (dueAt === undefined) return giveUp(`it can not be begun before its deadline: ${failure.message}`);
  const { agent, kind, pattern } = failure;
  const reason = waitReasons[failure.type] ?? 'nobody can take it now';
  return { strategy: 'wait', reason, dueAt, avoid: open.task.avoid, agent, kind, pattern, isCounted: false };
}

function giveUp(reason: string): GivingUp {
  return { strategy: 'give-up', reason };
}
