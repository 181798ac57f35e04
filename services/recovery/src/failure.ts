import { diagnose, type FaultKind } from '@muster/resilience';
import type { TaskResult } from '@muster/schemas';
import { patternOf } from './message-pattern.ts';

/** A failed attempt, as far as it decides what to do next. */
export interface Failure {
  readonly kind: FaultKind;
  /** Half a sentence for people: by which fact we know. */
  readonly reason: string;
  readonly agent: string;
  readonly type: string;
  readonly message: string;
  readonly pattern: string;
  readonly retryAfterMs: number | null;
  /**
   * Whose it is. `agent`: measured and held against the agent. `request`: whoever asked was wrong, no agent could have done it. `mesh`: it was not begun
   * because it must not be now; it waits, and counts for nothing.
   */
  readonly fault: 'agent' | 'request' | 'mesh';
}

/** What the router says when nobody can take a task now. */
const ofRouter = new Set(['Overloaded', 'BreakerOpen', 'NobodyThere', 'MeshStarting']);
const ofRequest = new Set(['BadInput', 'BadVersionRange', 'ScopeMissing', 'NotApproved']);
const longestMessage = 300;

/** Reads a FAILED result. What the fault says comes first; see `strategy.ts` for what is learned from messages. */
export function failureOf({ agent, fault }: Pick<TaskResult, 'agent' | 'fault'>): Failure {
  const { class: said, type = '', message = '', retryAfterMs = null } = fault ?? {};
  const { kind, reason } = diagnose({ class: said, type, message, retryAfterMs });
  return {
    kind,
    reason,
    agent,
    type: type.slice(0, 100),
    message: message.slice(0, longestMessage),
    pattern: patternOf(message),
    retryAfterMs,
    fault: isOfMesh(agent, type, said) ? 'mesh' : ofRequest.has(type) ? 'request' : 'agent',
  };
}

function isOfMesh(agent: string, type: string, said: string | undefined): boolean {
  // The decision on its change may be on its way to whoever acts.
  if (type === 'NotApproved') return said === 'TRANSIENT';
  return type === 'KillSwitch' || (agent === 'router' && ofRouter.has(type));
}

/** This agent can't, another may: its card is ahead of it or behind it. */
export function isNotOffered({ type }: Failure): boolean {
  return type === 'UnknownCapability' || type === 'VersionNotOffered';
}
