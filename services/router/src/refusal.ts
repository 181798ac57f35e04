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

const mostListed = 5;

/** As a list within a sentence, not longer than people read; only what is read is put in words. */
export function listed<E = string>(all: readonly E[], say: (each: E) => string = String): string {
  const words = all.slice(0, mostListed).map(say).join(', ');
  const rest = all.length - mostListed;
  return rest > 0 ? `${words} and ${rest} more` : words;
}
