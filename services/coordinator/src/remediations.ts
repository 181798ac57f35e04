/**
 * The history of one cause: not more than one run at a time; what has failed twice within a day is no longer tried, but put to a person. That
 * the same cause comes back with a new incident soon after a run was verified counts as a failure of that run: its effect did not last.
 */
import { handled, ignored, type Outcome } from '@muster/agent';
import type { Message } from '@muster/bus';
import type { Remediation, WorkflowCommandInput } from '@muster/schemas';
import type { Settings } from './settings.ts';
import type { Context } from './tables.ts';

export interface CauseState {
  /** How runs ended, oldest first. */
  readonly ends: readonly End[];
  readonly active?: { readonly workflowId: string; readonly wanted: Wanted; readonly isQuiet: boolean };
  /** Wanted by another incident meanwhile. */
  readonly next?: Wanted;
  /** The run by which a person was asked, and for which incident. */
  readonly asked?: { readonly workflowId: string; readonly incidentId: string };
}

interface End {
  readonly at: number;
  readonly incidentId: string;
  /** null: cancelled, denied by a person, or only decided for the record; that says nothing about the playbook. */
  readonly isVerified: boolean | null;
}

type Wanted = Pick<Remediation, 'incidentId' | 'target' | 'playbook' | 'input' | 'rule' | 'reason'>;
type Topic = 'muster.workflow-commands.v1';
type Command = { readonly topic: Topic; readonly value: WorkflowCommandInput };
type Verdict = Outcome<CauseState, Topic>;

const mostEnds = 20;

export function onRemediation({ value }: Message<'muster.remediations.v1'>, context: Context<CauseState>): Verdict {
  const state = context.state ?? { ends: [] };
  const { incidentId, target, playbook, input, rule, reason } = value;
  if (value.kind === 'WANTED') return want(state, { incidentId, target, playbook, input, rule, reason }, context);
  if (value.kind === 'QUIET') return quiet(state, incidentId);
  if (value.kind === 'ENDED') return ended(state, value, context);
  return ignored(`a remediation of kind ${value.kind} says nothing here`);
}

function want(state: CauseState, wanted: Wanted, { now, key, config }: Context<CauseState>): Verdict {
  const { active } = state;
  if (active !== undefined) {
    if (active.wanted.incidentId === wanted.incidentId) return ignored('a run for this incident is under way');
    return handled({ state: { ...state, next: wanted } });
  }
  if (state.asked?.incidentId === wanted.incidentId) return ignored('a person was asked about this incident');
  const ends = withLoops(state.ends, wanted.incidentId, now, config);
  const failures = ends.filter(({ at, isVerified }) => isVerified === false && at > now - config.failureWindowMs);
  const settled: CauseState = { ends, ...(state.asked === undefined ? {} : { asked: state.asked }) };
  if (failures.length >= config.failureLimit) return ask(settled, wanted, failures.length, { now, key, config });
  const runs = ends.filter(({ incidentId }) => incidentId === wanted.incidentId).length;
  const rule = key.slice(key.lastIndexOf('/') + 1);
  const workflowId = `remedy-${wanted.incidentId}-${rule}-${runs + 1}`;
  const start: Command = {
    topic: 'muster.workflow-commands.v1',
    value: {
      workflowId,
      kind: 'START',
      playbook: wanted.playbook,
      input: wanted.input,
      requestedBy: 'coordinator',
      reason: `${wanted.rule}: ${wanted.reason}`,
      target: wanted.target === '' ? null : wanted.target,
      incidentId: wanted.incidentId,
      cause: key,
    },
  };
  return handled({
    state: { ...settled, active: { workflowId, wanted, isQuiet: false } },
    publish: [start],
    wakeAt: null,
  });
}

/** The last run was verified, and a new incident of the same cause is here already: it was not mended after all. */
function withLoops(ends: readonly End[], incidentId: string, now: number, { loopWindowMs }: Settings): readonly End[] {
  const last = ends.at(-1);
  if (last?.isVerified !== true || last.incidentId === incidentId || last.at <= now - loopWindowMs) return ends;
  return [...ends.slice(0, -1), { ...last, isVerified: false }];
}

function ask(
  state: CauseState,
  wanted: Wanted,
  failures: number,
  { now, key, config }: Pick<Context<CauseState>, 'now' | 'key' | 'config'>,
): Verdict {
  const { incidentId, target, playbook } = wanted;
  const workflowId = `ask-${incidentId}-${key.slice(key.lastIndexOf('/') + 1)}`;
  const question =
    `${target} is still not well: the playbook ${playbook} has failed ${failures} times for the same cause (${key}). ` +
    'Please look after it. Is it settled?';
  const start: Command = {
    topic: 'muster.workflow-commands.v1',
    value: {
      workflowId,
      kind: 'START',
      playbook: 'ask-a-person',
      input: JSON.stringify({ question, target, incidentId }),
      requestedBy: 'coordinator',
      reason: `${failures} failures within ${Math.round(config.failureWindowMs / 3_600_000)} h`,
      target: target === '' ? null : target,
      incidentId,
    },
  };
  return handled({
    state: { ...state, asked: { workflowId, incidentId } },
    publish: [start],
    wakeAt: forgetAt(now, config),
  });
}

function quiet(state: CauseState, incidentId: string): Verdict {
  const { active, asked } = state;
  const { next, ...others } = state;
  const told = [
    active?.wanted.incidentId === incidentId ? active : undefined,
    asked?.incidentId === incidentId ? asked : undefined,
  ];
  return handled({
    state: {
      ...others,
      ...(next === undefined || next.incidentId === incidentId ? {} : { next }),
      ...(active === undefined
        ? {}
        : { active: { ...active, isQuiet: active.isQuiet || active.wanted.incidentId === incidentId } }),
    },
    publish: told.flatMap((run): Command[] =>
      run === undefined
        ? []
        : [
            {
              topic: 'muster.workflow-commands.v1',
              value: {
                workflowId: run.workflowId,
                kind: 'SIGNAL',
                signal: 'incident-resolved',
                requestedBy: 'coordinator',
                incidentId,
              },
            },
          ],
    ),
  });
}

function ended(
  state: CauseState,
  { workflowId, isVerified, incidentId }: Remediation,
  context: Context<CauseState>,
): Verdict {
  const { active, next, ...others } = state;
  if (active === undefined || active.workflowId !== workflowId) return ignored('another run is under way');
  const { now, config } = context;
  const ends = [...state.ends, { at: now, incidentId, isVerified }].slice(-mostEnds);
  const idle: CauseState = { ...others, ends };
  const again = isVerified === false && !active.isQuiet ? active.wanted : next;
  if (again !== undefined) return want(idle, again, context);
  return handled({ state: idle, wakeAt: forgetAt(now, config) });
}

function forgetAt(now: number, { failureWindowMs, loopWindowMs }: Settings): number {
  return now + Math.max(failureWindowMs, loopWindowMs) + 60_000;
}

/** Nothing happened for longer than anything here matters. */
export function forgetCause({ state }: Context<CauseState>): Verdict {
  return state?.active === undefined ? handled({ state: null }) : handled({});
}
