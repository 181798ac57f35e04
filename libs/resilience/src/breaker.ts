import { counted, countOf, type SlidingCounts } from './sliding-counts.ts';

/** When a breaker opens, for how long, and what closes it. */
export interface BreakerOptions {
  /** So many failures in a row open it; with more calls than `leastCalls` in the window more, see `rowOf`. */
  readonly failuresInRow: number;
  /** Or this share of the calls within the window, 0 to 1... */
  readonly failureShare: number;
  /** ...if there were so many calls. */
  readonly leastCalls: number;
  readonly windowMs: number;
  /** How long it stays open; twice as long each time a trial fails, up to `longestCoolDownMs`. */
  readonly coolDownMs: number;
  readonly longestCoolDownMs: number;
  /** So many trials at once when it is half-open, and so many that go well close it. */
  readonly trials: number;
}

export const defaultBreaker: BreakerOptions = {
  failuresInRow: 5,
  failureShare: 0.5,
  leastCalls: 10,
  windowMs: 60_000,
  coolDownMs: 30_000,
  longestCoolDownMs: 300_000,
  trials: 3,
};

/** A breaker as a plain value: a handler can keep it in its state. */
export interface Breaker {
  readonly status: 'closed' | 'open' | 'half-open';
  readonly calls: SlidingCounts;
  readonly failuresInRow: number;
  /** When an open one becomes half-open, epoch ms. */
  readonly halfOpenAt: number | null;
  /** Of a half-open one: trials under way, and those that went well. A trial that never ends keeps its place: give calls a timeout. */
  readonly trialsRunning: number;
  readonly trialsDone: number;
  /** How often it opened since it was last closed. */
  readonly timesOpened: number;
}

export const closedBreaker: Breaker = {
  status: 'closed',
  calls: [],
  failuresInRow: 0,
  halfOpenAt: null,
  trialsRunning: 0,
  trialsDone: 0,
  timesOpened: 0,
};

/** The breaker as it stands at a time: an open one whose cool-down is over is half-open. */
export function breakerAt(breaker: Breaker, now: number): Breaker {
  if (breaker.status !== 'open' || now < (breaker.halfOpenAt ?? 0)) return breaker;
  return { ...breaker, status: 'half-open', halfOpenAt: null, trialsRunning: 0, trialsDone: 0 };
}

/**
 * How a call went. An open breaker learns nothing from calls that began before it opened. Times are epoch ms and may stand still.
 */
export function noteCall(options: BreakerOptions, breaker: Breaker, isDone: boolean, now: number): Breaker {
  const current = breakerAt(breaker, now);
  if (current.status === 'open') return current;
  if (current.status === 'half-open') {
    if (!isDone) return opened(options, current, now);
    const trialsDone = current.trialsDone + 1;
    return trialsDone >= options.trials ? closedBreaker : { ...giveBack(current), trialsDone };
  }
  const calls = counted(current.calls, options.windowMs, now, isDone ? 'done' : 'failed');
  const failuresInRow = isDone ? 0 : current.failuresInRow + 1;
  const failed = countOf(calls, options.windowMs, now, 'failed');
  const all = failed + countOf(calls, options.windowMs, now, 'done');
  const next = { ...current, calls, failuresInRow };
  const isTooMuch =
    failuresInRow >= rowOf(options, all) || (all >= options.leastCalls && failed / all >= options.failureShare);
  return !isDone && isTooMuch ? opened(options, next, now) : next;
}

/** Asks to make a call: whether it may be made, and the breaker that knows of it. */
export function admit(options: BreakerOptions, breaker: Breaker, now: number): readonly [boolean, Breaker] {
  const current = breakerAt(breaker, now);
  if (current.status === 'closed') return [true, current];
  if (current.status === 'open' || current.trialsRunning >= options.trials) return [false, current];
  return [true, { ...current, trialsRunning: current.trialsRunning + 1 }];
}

/** A trial that ended without telling anything, e.g. because it was broken off: another may be made instead. */
export function giveBack(breaker: Breaker): Breaker {
  return breaker.status === 'half-open'
    ? { ...breaker, trialsRunning: Math.max(0, breaker.trialsRunning - 1) }
    : breaker;
}

function opened(options: BreakerOptions, breaker: Breaker, now: number): Breaker {
  const coolDownMs = Math.min(options.longestCoolDownMs, options.coolDownMs * 2 ** Math.min(20, breaker.timesOpened));
  return {
    ...closedBreaker,
    status: 'open',
    halfOpenAt: now + coolDownMs,
    timesOpened: breaker.timesOpened + 1,
  };
}

/**
 * Failures in a row that are no accident: of many calls, some five fail in a row even where only one in three does. One and a half more for each
 * doubling of the calls keep the chance of that below one in a hundred while less than half of them fail.
 */
function rowOf({ failuresInRow, leastCalls }: BreakerOptions, calls: number): number {
  return failuresInRow + 1.5 * Math.log2(Math.max(1, calls / leastCalls));
}
