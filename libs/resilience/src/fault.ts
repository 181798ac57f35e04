/** Why something failed, as far as it decides what to do next: again, never, or "we don't know" (a bug: again, but not for long). */
export type FaultClass = 'transient' | 'permanent' | 'unknown';

/** Something that is away for a while: the same call may well succeed later. */
export class TransientError extends Error {
  override readonly name: string = 'TransientError';
  readonly faultClass = 'transient';
}

/** Something that will fail in the same way however often it is tried. */
export class PermanentError extends Error {
  override readonly name: string = 'PermanentError';
  readonly faultClass = 'permanent';
}

const transientCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EAI_AGAIN',
  'ABORT_ERR',
]);

/**
 * Classifies anything thrown: its own `faultClass` first, then Node's error codes, then what it was caused by; otherwise
 * `unknown`. Never throws.
 */
export function classifyFault(error: unknown): FaultClass {
  for (
    let depth = 0, current: unknown = error;
    depth < 8 && typeof current === 'object' && current !== null;
    depth += 1
  ) {
    const { faultClass, code, cause } = current as { faultClass?: unknown; code?: unknown; cause?: unknown };
    if (faultClass === 'transient' || faultClass === 'permanent' || faultClass === 'unknown') return faultClass;
    if (typeof code === 'string' && transientCodes.has(code)) return 'transient';
    current = cause;
  }
  return 'unknown';
}

/** One line for people: the message of an error, or what was thrown instead of one. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
