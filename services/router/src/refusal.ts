import type { FaultInput } from '@muster/schemas';

/** Why a task is given to nobody. */
export interface Refusal {
  readonly status: 'UNROUTABLE' | 'FAILED' | 'EXPIRED';
  readonly fault: FaultInput;
  /** What the result carries for whoever looks closer. */
  readonly output: Readonly<Record<string, unknown>>;
}

/** No agent can do it: final. */
export function unroutable(type: string, message: string, output: Readonly<Record<string, unknown>> = {}): Refusal {
  return { status: 'UNROUTABLE', fault: { class: 'PERMANENT', type, message }, output };
}

/** Nobody can do it now: to be asked again. */
export function notNow(type: string, message: string, retryAfterMs: number): Refusal {
  return { status: 'FAILED', fault: { class: 'TRANSIENT', type, message, retryAfterMs }, output: {} };
}

/** Names with reasons as a list within a sentence, not longer than people read. */
export function listed(all: readonly string[], most = 5): string {
  const rest = all.length - most;
  return rest > 0 ? `${all.slice(0, most).join(', ')} and ${rest} more` : all.join(', ');
}
