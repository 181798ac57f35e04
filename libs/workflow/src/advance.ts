import { adaptRun } from './adapt.ts';
import type { Playbook } from './form.ts';
import { cancelRun } from './cancelling.ts';
import { takeProgress } from './prolonging.ts';
import { takeResult } from './results.ts';
import type { Advanced, Run, RunAbout, RunEvent, RunHost } from './run.ts';
import { settle } from './settle.ts';
import { goOn } from './step-progress.ts';
import { takeSignal } from './signals.ts';
import { durationMs } from './duration.ts';
import { passTimers, wakeAtOf } from './timers.ts';
import { tell, turnOf, type Turn } from './turn.ts';

const usualDeadline = '24h';

export interface RunStart {
  readonly workflowId: string;
  /** Checked. */
  readonly playbook: Playbook;
  /** Checked against what the playbook asks for. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly about?: Partial<RunAbout>;
}

/** Begins a run: its first steps are under way at once. Depends on nothing but its arguments. */
export function start({ workflowId, playbook, input, about }: RunStart, now: number, host: RunHost = {}): Advanced {
  const run: Run = {
    workflowId,
    playbook,
    input,
    about: { requestedBy: '', target: null, incidentId: null, changeId: null, cause: null, parent: null, ...about },
    status: 'RUNNING',
    isPaused: false,
    startedAt: now,
    deadlineAt: now + durationMs(playbook.deadline ?? usualDeadline),
    sequence: 0,
    steps: {},
    done: [],
    kept: 0,
    signals: [],
    notUndone: [],
    undoneCount: 0,
  };
  const turn = turnOf(run, now, host);
  tell(turn, 'RUN_STARTED', `${playbook.name} ${playbook.version} was started`, { changeId: run.about.changeId });
  return advanced(turn);
}

/**
 * The next state of a run after an event, and what it asks for. `now`: epoch ms by the log's clock. Depends on nothing but its arguments, so that a
 * replay gives the same. A run that ended, a result that nobody waits for, a second one: nothing changes, and `ignored` says why.
 */
export function advance(run: Run, event: RunEvent, now: number, host: RunHost = {}): Advanced {
  if (run.status === 'ENDED') return { run, commands: [], wakeAt: null, ignored: 'the run has ended' };
  const turn = turnOf(run, now, host);
  const ignored = take(turn, event);
  if (ignored !== undefined) return { run, commands: [], wakeAt: wakeAtOf(run), ignored };
  return advanced(turn);
}

function advanced(turn: Turn): Advanced {
  settle(turn);
  return { run: turn.run, commands: turn.commands, wakeAt: wakeAtOf(turn.run) };
}

/** Why the event changed nothing; `undefined` when it did. */
function take(turn: Turn, event: RunEvent): string | undefined {
  const { run } = turn;
  switch (event.kind) {
    case 'result':
      return takeResult(turn, event);
    case 'progress':
      return takeProgress(turn, event);
    case 'signal':
      return takeSignal(turn, event);
    case 'adapt':
      return adaptRun(turn, event);
    case 'wake':
      return passTimers(turn);
    case 'cancel':
      return cancelRun(turn, event);
    case 'pause':
      if (run.isPaused || run.status !== 'RUNNING') return `a run that is ${run.status} can't be paused`;
      run.isPaused = true;
      tell(turn, 'RUN_PAUSED', `paused by ${event.by || 'somebody'}${because(event.reason)}: nothing more is begun`);
      return undefined;
    case 'resume':
      if (!run.isPaused) return 'the run is not paused';
      run.isPaused = false;
      tell(turn, 'RUN_RESUMED', `goes on by ${event.by || 'somebody'}${because(event.reason)}`);
      goOn(turn);
      return undefined;
  }
}

const because = (reason: string): string => (reason === '' ? '' : ` (${reason})`);
