/** What a person is told when a command fails. */
import { messageOf } from '@muster/resilience';
import { Failure } from './failure.ts';

/** Errors that speak for themselves; anything else is a surprise. */
const EXPECTED = new Set(['Failure', 'StackError', 'InvalidMessageError', 'SchemaUnavailableError', 'LogUnavailableError', 'RecordRefusedError']); // prettier-ignore

/** One sentence; with the stack when it is wanted. */
export function sentenceOf(error: unknown, isVerbose: boolean): string {
  const sentence = messageOf(error);
  if (isVerbose && error instanceof Error) return [sentence, error.stack, causeOf(error)].filter(Boolean).join('\n');
  const isExpected = error instanceof Error && EXPECTED.has(error.name);
  return isExpected ? sentence : `${sentence.replace(/\.?$/, '.')} Add --verbose to see where it comes from.`;
}

export const exitCodeOf = (error: unknown): number => (error instanceof Failure ? error.exitCode : 1);

const causeOf = ({ cause }: Error): string =>
  cause instanceof Error ? `Caused by: ${cause.stack ?? cause.message}` : '';
