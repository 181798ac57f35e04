/** Why the local stack could not do what was asked; the message is one sentence for people. */
export type StackErrorCode =
  | 'ALREADY_RUNNING'
  | 'DATA_FOLDER'
  | 'DISK_FULL'
  | 'FETCH_FAILED'
  | 'JAVA_MISSING'
  | 'MAVEN_MISSING'
  | 'PORT_TAKEN'
  | 'SERVER_DIED'
  | 'SERVER_SILENT'
  | 'UNREACHABLE';

export type StackError = Error & { readonly name: 'StackError'; readonly code: StackErrorCode };

/** An expected failure: what happened, where, and what to do about it, in one sentence. */
export function stackError(code: StackErrorCode, sentence: string): StackError {
  return Object.assign(new Error(sentence), { name: 'StackError' as const, code });
}

/** Whether `error` is one of ours, so that its message alone is enough for the reader. */
export function isStackError(error: unknown): error is StackError {
  return error instanceof Error && error.name === 'StackError';
}
