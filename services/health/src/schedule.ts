import type { CheckResultInput } from '@muster/schemas';
import type { Check, CheckedTarget } from '@muster/targets';
import type { Performed } from './checks/perform-check.ts';

/** How the schedule does, since it was asked last. */
export interface ScheduleFigures {
  readonly targets: number;
  readonly checks: number;
  readonly made: number;
  readonly underWay: number;
  /** How late checks began, ms: the 99th of 100, and the latest. */
  readonly lateP99Ms: number;
  readonly lateMostMs: number;
}

export interface Schedule {
  /** What is to be checked from now on; what stays the same keeps its times. */
  declare(targets: readonly CheckedTarget[]): void;
  /** What was found since the last call. While nobody asks for 10 s no check is made: another instance may have taken over. */
  take(): CheckResultInput[];
  figures(): ScheduleFigures;
  stop(): void;
}

export interface ScheduleOptions {
  readonly perform: (check: Check, stop: AbortSignal) => Promise<Performed>;
  readonly checksAtOnce: number;
}

interface Entry {
  readonly target: string;
  readonly dependsOn: readonly string[];
  readonly check: Check;
  readonly declared: string;
  /** Its place between two rounds, 0 to 1. */
  readonly phase: number;
  dueAt: number;
  timer: NodeJS.Timeout | undefined;
  phaseOfWork: 'waiting' | 'queued' | 'under way' | 'gone';
  lastAt: number;
  isHanging: boolean;
  /** Results alike in a row, of which the target's status hangs. */
  outcome: string;
  streak: number;
}

const unheededAfterMs = 10_000;
const firstWithinMs = 10_000;
/** Steps of this size, taken around a circle, lie evenly on it however many there are (Weyl's sequence over the golden ratio). */
const golden = 0.618_033_988_749_895;

/**
 * Makes checks at their times, spread evenly, a bounded number at once. It counts time as it passes, so that a clock that is set delays nothing. Those that gave no answer in time the last time may take half of the
 * places only, so that targets which hang delay nobody else. While results speak against the status a check is made again soon, and
 * a failure has what the target depends on looked at.
 */
export function schedule({ perform, checksAtOnce }: ScheduleOptions): Schedule {
  const entries = new Map<string, Entry>();
  const byTarget = new Map<string, Entry[]>();
  const queue: Entry[] = [];
  const slowQueue: Entry[] = [];
  const stopping = new AbortController();
  let results: CheckResultInput[] = [];
  let lateness: number[] = [];
  let takenAt = performance.now();
  let underWay = 0;
  let hangingUnderWay = 0;
  let made = 0;
  let count = 0;
  const mostHanging = Math.max(1, Math.floor(checksAtOnce / 2));

  const wait = (entry: Entry, dueAt: number): void => {
    clearTimeout(entry.timer);
    entry.dueAt = dueAt;
    entry.phaseOfWork = 'waiting';
    entry.timer = setTimeout(() => enqueue(entry), Math.max(0, dueAt - performance.now()));
  };

  const enqueue = (entry: Entry): void => {
    clearTimeout(entry.timer);
    if (performance.now() - takenAt > unheededAfterMs) return wait(entry, nextRound(entry));
    entry.phaseOfWork = 'queued';
    (entry.isHanging ? slowQueue : queue).push(entry);
    begin();
  };

  const next = (): Entry | undefined => {
    if (underWay >= checksAtOnce) return undefined;
    return queue.shift() ?? (hangingUnderWay < mostHanging ? slowQueue.shift() : undefined);
  };

  const begin = (): void => {
    for (let entry = next(); entry !== undefined; entry = next()) if (entry.phaseOfWork === 'queued') void make(entry);
  };

  const make = async (entry: Entry): Promise<void> => {
    const { target, check, dependsOn, isHanging } = entry;
    entry.phaseOfWork = 'under way';
    underWay += 1;
    if (isHanging) hangingUnderWay += 1;
    lateness.push(performance.now() - entry.dueAt);
    const found = await perform(check, stopping.signal);
    underWay -= 1;
    if (isHanging) hangingUnderWay -= 1;
    made += 1;
    if (!stopping.signal.aborted && entries.get(keyOf(entry)) === entry) {
      const { outcome, reason, latencyMs, value = null, unit = '' } = found;
      const { name, kind, every, failAfter, recoverAfter } = check;
      const facts = { check: name, kind, everyMs: every, failAfter, recoverAfter, dependsOn: [...dependsOn] };
      results.push({ target, ...facts, outcome, reason, latencyMs, value, unit, checkedAt: Date.now() });
      entry.isHanging = found.isHanging;
      entry.lastAt = performance.now();
      entry.streak = outcome === entry.outcome ? entry.streak + 1 : 1;
      const isTurning =
        entry.streak < (outcome === 'PASS' ? recoverAfter : failAfter) && !(entry.outcome === '' && outcome === 'PASS');
      entry.outcome = outcome;
      if (outcome !== 'PASS' && entry.streak === 1) hurry(dependsOn, new Set([target]));
      wait(entry, isTurning ? Math.min(performance.now() + check.retry, nextRound(entry)) : nextRound(entry));
    }
    begin();
  };

  /** Looks now at what a target depends on, unless that was done just now. */
  const hurry = (targets: readonly string[], seen: Set<string>): void => {
    for (const target of targets) {
      if (seen.has(target)) continue;
      seen.add(target);
      for (const entry of byTarget.get(target) ?? []) {
        const isFresh = performance.now() - entry.lastAt < 1_000;
        if (entry.phaseOfWork === 'waiting' && !isFresh) {
          entry.dueAt = performance.now();
          enqueue(entry);
        }
        hurry(entry.dependsOn, seen);
      }
    }
  };

  const leave = (entry: Entry): void => {
    clearTimeout(entry.timer);
    entry.phaseOfWork = 'gone';
  };

  return {
    declare(targets) {
      const before = new Map(entries);
      entries.clear();
      byTarget.clear();
      for (const { target, dependsOn, checks } of targets)
        for (const check of checks) {
          const declared = JSON.stringify([check, dependsOn]);
          const known = before.get(`${target}\n${check.name}`);
          let entry = known;
          if (known?.declared !== declared) {
            if (known !== undefined) leave(known);
            count += known === undefined ? 1 : 0;
            entry = freshEntry(target, dependsOn, check, declared, known?.phase ?? (count * golden) % 1);
            wait(entry, performance.now() + entry.phase * Math.min(check.every, firstWithinMs));
          }
          entries.set(keyOf(entry!), entry!);
          byTarget.set(target, [...(byTarget.get(target) ?? []), entry!]);
        }
      for (const [key, entry] of before) if (!entries.has(key)) leave(entry);
      const gone = new Set([...before.values()].map(({ target }) => target).filter((target) => !byTarget.has(target)));
      for (const target of gone)
        results.push({ target, check: '', kind: '', outcome: 'REMOVED', checkedAt: Date.now() });
    },
    take() {
      takenAt = performance.now();
      const taken = results;
      results = [];
      return taken;
    },
    figures() {
      const sorted = lateness.toSorted((a, b) => a - b);
      lateness = [];
      const figures = {
        targets: byTarget.size,
        checks: entries.size,
        made,
        underWay,
        lateP99Ms: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0,
        lateMostMs: sorted.at(-1) ?? 0,
      };
      made = 0;
      return figures;
    },
    stop() {
      stopping.abort();
      for (const entry of entries.values()) leave(entry);
    },
  };
}

function freshEntry(
  target: string,
  dependsOn: readonly string[],
  check: Check,
  declared: string,
  phase: number,
): Entry {
  const none = { timer: undefined, lastAt: 0, isHanging: false, outcome: '', streak: 0 };
  return { target, dependsOn, check, declared, phase, dueAt: 0, phaseOfWork: 'waiting', ...none };
}

function keyOf({ target, check }: Entry): string {
  return `${target}\n${check.name}`;
}

/** The next time at which it is the check's turn: its place in the round, whenever it was made last. */
function nextRound({ check: { every }, phase }: Entry): number {
  const offset = phase * every;
  const now = performance.now();
  const next = (Math.floor((now - offset) / every) + 1) * every + offset;
  return next - now < every / 10 ? next + every : next;
}
