import { flagInForce } from '@muster/policy';
import type { Decision, FaultInput, Flag, Task, TaskResultInput } from '@muster/schemas';
import type { Action } from './agent.ts';
import { versionRange } from './version-range.ts';

/** What a task is answered with that is not, or no longer, run. */
export type Refusal = Pick<TaskResultInput, 'status' | 'output' | 'fault'>;

export function failure(faultClass: FaultInput['class'], type: string, message: string): Refusal {
  return { status: 'FAILED', output: '{}', fault: { class: faultClass, type, message } };
}

export function expired(task: Task, now: number): Refusal {
  const message = `the deadline passed ${now - task.deadline} ms ago`;
  return { status: 'EXPIRED', output: '{}', fault: { class: 'PERMANENT', type: 'DeadlinePassed', message } };
}

/** The newest decision on a change that is known here. */
export type Decisions = (changeId: string) => Decision | undefined;

/** Why this agent can't run a task, or nothing. */
export function refuse(
  actions: Readonly<Record<string, Action>>,
  task: Task,
  decisionOn: Decisions,
  now: number,
): Refusal | undefined {
  const action = Object.hasOwn(actions, task.capability) ? actions[task.capability] : undefined;
  const { capability, capabilityVersion } = task;
  if (action === undefined)
    return failure(
      'PERMANENT',
      'UnknownCapability',
      `this agent does not offer ${capability}; it offers ${Object.keys(actions).join(', ')}`,
    );
  const isWanted = versionRange(capabilityVersion);
  if (isWanted === undefined)
    return failure(
      'PERMANENT',
      'BadVersionRange',
      `capabilityVersion "${capabilityVersion}" is no version range; write e.g. ^1.0.0`,
    );
  if (!isWanted(action.version)) {
    return failure(
      'PERMANENT',
      'VersionNotOffered',
      `${capability} is offered in version ${action.version}, asked for was ${capabilityVersion}`,
    );
  }
  const missing = (action.scopes ?? []).filter((scope) => !task.scopes.includes(scope));
  if (missing.length > 0)
    return failure(
      'PERMANENT',
      'ScopeMissing',
      `${capability} asks for the scope ${missing.join(', ')}, which the task does not carry`,
    );
  const unapproved = action.needsApproval === true ? whyNotApproved(task, decisionOn, now) : undefined;
  if (unapproved !== undefined) return unapproved;
  const { reason } = parseInput(action, task);
  return reason === undefined
    ? undefined
    : failure('PERMANENT', 'BadInput', `the input of ${capability} is wrong: ${reason}`);
}

/** A decision is on its topic before its task is, and yet may be read here a moment later. */
const decisionLateMs = 1_000;

/** An action that needs approval is run for a change that exists, was approved for this capability and this target, and is in force; or to take such a change back. */
function whyNotApproved(task: Task, decisionOn: Decisions, now: number): Refusal | undefined {
  const { capability, changeId, target } = task;
  const no = (why: string): Refusal => failure('PERMANENT', 'NotApproved', `${capability} is not run: ${why}`);
  if (changeId === null)
    return failure(
      'PERMANENT',
      'NotApproved',
      `${capability} is run only for an approved change, and the task names none; publish a change request`,
    );
  const decision = decisionOn(changeId);
  if (decision === undefined || decision.envelope.source !== 'approval') {
    const message = `${capability} is not run: no decision on the change ${changeId} is known; publish a change request`;
    const fault: FaultInput = { class: 'TRANSIENT', type: 'NotApproved', message, retryAfterMs: decisionLateMs };
    return { status: 'FAILED', output: '{}', fault };
  }
  const { verdict, isShadow, expiresAt, undoCapability } = decision;
  if (verdict !== 'APPROVED') return no(`the change ${changeId} is ${verdict}`);
  if (isShadow) return no(`the change ${changeId} was approved for the record only`);
  if (decision.target !== (target ?? ''))
    return no(`the change ${changeId} is about ${decision.target}, and the task about ${target ?? 'nothing'}`);
  if (capability === undoCapability) return undefined;
  if (capability !== decision.capability)
    return no(`the change ${changeId} was approved for ${decision.capability || 'no capability'}`);
  return expiresAt !== null && expiresAt <= now
    ? no(`the approval of the change ${changeId} ended ${now - expiresAt} ms ago`)
    : undefined;
}

const lookAgainMs = 30_000;

/** The flag that keeps an action from being begun now, as an answer that may be asked for again. What changes nothing is not kept. */
export function stoppedBy(
  flags: Iterable<Flag>,
  actions: Readonly<Record<string, Action>>,
  task: Task,
  now: number,
): Refusal | undefined {
  if (actions[task.capability]?.isReadOnly === true) return undefined;
  const flag = flagInForce(flags, 'kill-switch', task.target, now);
  if (flag === undefined) return undefined;
  const who = flag.setBy === '' ? '' : ` by ${flag.setBy}`;
  const why = flag.reason === '' ? '' : `: ${flag.reason}`;
  return {
    status: 'FAILED',
    output: '{}',
    fault: {
      class: 'TRANSIENT',
      type: 'KillSwitch',
      message: `nothing is begun while ${flag.flag} is on; it was set${who}${why}`,
      retryAfterMs: lookAgainMs,
    },
  };
}

export function parseInput(
  action: Action | undefined,
  task: Task,
): { readonly value?: unknown; readonly reason?: string } {
  let json: unknown;
  try {
    json = JSON.parse(task.input);
  } catch {
    return { reason: 'it is not JSON' };
  }
  const parsed = action?.input.safeParse(json);
  if (parsed === undefined || parsed.success) return { value: parsed?.data };
  return {
    reason: parsed.error.issues
      .map(({ path, message }) => `${path.length === 0 ? 'input' : path.join('.')}: ${message}`)
      .join('; '),
  };
}
