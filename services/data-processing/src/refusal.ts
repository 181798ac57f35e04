import { PermanentError, TransientError } from '@muster/resilience';

/** A failure that no other attempt can mend; `code` is the type of the fault. */
export function refusal(code: string, message: string): PermanentError {
  return Object.assign(new PermanentError(message), { code });
}

/** A failure that may be gone at the next attempt, which goes on where this one stopped. */
export function interruption(code: string, message: string): TransientError {
  return Object.assign(new TransientError(message), { code });
}

/** What went wrong with a file, as a fault: a full disk or a folder that is away for a moment is worth another attempt. */
export function fileFault(doing: string, error: unknown): Error {
  const { code = 'FileFailed' } = error as NodeJS.ErrnoException;
  const reason = error instanceof Error ? error.message : String(error);
  if (code === 'ENOENT' || code === 'EISDIR') return refusal(code, `${doing}: ${reason}`);
  return interruption(code, `${doing}: ${reason}`);
}
