import type { FaultInput, Task, TaskResultInput } from '@muster/schemas';
import { satisfies, validRange } from 'semver';
import type { Action } from './agent.ts';

/** What a task is answered with that is not, or no longer, run. */
export type Refusal = Pick<TaskResultInput, 'status' | 'output' | 'fault'>;

export function failure(faultClass: FaultInput['class'], type: string, message: string): Refusal {
  return { status: 'FAILED', output: '{}', fault: { class: faultClass, type, message } };
}

export function expired(task: Task, now: number): Refusal {
  const message = `the deadline passed ${now - task.deadline} ms ago`;
  return { status: 'EXPIRED', output: '{}', fault: { class: 'PERMANENT', type: 'DeadlinePassed', message } };
}

/** Why this agent can't run a task, or nothing. */
export function refuse(actions: Readonly<Record<string, Action>>, task: Task): Refusal | undefined {
  const action = Object.hasOwn(actions, task.capability) ? actions[task.capability] : undefined;
  const { capability, capabilityVersion } = task;
  if (action === undefined)
    return failure(
      'PERMANENT',
      'UnknownCapability',
      `this agent does not offer ${capability}; it offers ${Object.keys(actions).join(', ')}`,
    );
  if (validRange(capabilityVersion) === null)
    return failure(
      'PERMANENT',
      'BadVersionRange',
      `capabilityVersion "${capabilityVersion}" is no version range; write e.g. ^1.0.0`,
    );
  if (!satisfies(action.version, capabilityVersion)) {
    return failure(
      'PERMANENT',
      'VersionNotOffered',
      `${capability} is offered in version ${action.version}, asked for was ${capabilityVersion}`,
    );
  }
  const { reason } = parseInput(action, task);
  return reason === undefined
    ? undefined
    : failure('PERMANENT', 'BadInput', `the input of ${capability} is wrong: ${reason}`);
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
