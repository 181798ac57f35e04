/** A task that says that it gets on is waited for longer: what counts is how long it is silent, not how long it takes. */
import { durationText } from './duration.ts';
import type { RunEvent } from './run.ts';
import { putPart, type Turn } from './turn.ts';

/** So many times its timeout is a task waited for in all, whatever it says. */
const mostTimes = 10;
/** Less than this share of the timeout is not worth a change of the run. */
const leastShare = 0.1;

/** Progress of a task: its timeout begins anew, up to ten times as long in all as it was. Why it changed nothing. */
export function takeProgress(turn: Turn, { taskId }: Extract<RunEvent, { kind: 'progress' }>): string | undefined {
  const { run } = turn;
  if (!taskId.startsWith(`${run.workflowId}/`)) return 'nobody here asked for this task';
  const [stepId = '', number = '', undo] = taskId.slice(run.workflowId.length + 1).split('/');
  const part = Number(number);
  const { undoing } = run;
  if (undo !== undefined) {
    if (undoing?.stepId !== stepId || undoing.part !== part) return 'nobody waits for this task';
    const until = prolonged(undoing, turn.now);
    if (until === undefined) return 'it has time enough';
    run.undoing = { ...undoing, ...until };
    return undefined;
  }
  const known = Object.hasOwn(run.steps, stepId) ? run.steps[stepId]?.parts?.[part - 1] : undefined;
  if (known?.status !== 'RUNNING') return 'nobody waits for this task';
  const until = prolonged(known, turn.now);
  if (until === undefined) return 'it has time enough';
  putPart(turn, stepId, part, { ...known, ...until });
  return undefined;
}

interface Timed {
  readonly begunAt?: number;
  /** How long it may be silent; kept from the first progress on. */
  readonly silentMs?: number;
  readonly until?: number;
}

function prolonged({ begunAt, until, silentMs }: Timed, now: number): Required<Omit<Timed, 'begunAt'>> | undefined {
  if (begunAt === undefined || until === undefined) return undefined;
  const silent = silentMs ?? until - begunAt;
  const next = Math.min(now + silent, begunAt + mostTimes * silent);
  return next < until + leastShare * silent ? undefined : { silentMs: silent, until: next };
}

/** Why a task that had said that it gets on is given up; undefined where it never did. */
export function silenceOf({ begunAt = 0, silentMs }: Timed = {}, now: number): string | undefined {
  if (silentMs === undefined) return undefined;
  return now >= begunAt + mostTimes * silentMs
    ? `it got on, but did not end within ${durationText(mostTimes * silentMs)}`
    : `no sign of it for ${durationText(silentMs)}`;
}
