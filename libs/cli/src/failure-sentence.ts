/** What a person is told when a command fails. */
import { messageOf } from '@muster/resilience';
import { Failure } from './failure.ts';

/** Errors that speak for themselves; anything else is a surprise. */
const EXPECTED = new Set([
  'Failure',
  'StackError',
  'InvalidMessageError',
  'SchemaUnavailableError',
  'RecordRefusedError',
]);

/** One sentence that says what to do; with the stack when it is wanted. */
export function sentenceOf(error: unknown, isVerbose: boolean): string {
  const sentence = messageOf(error);
  if (isVerbose && error instanceof Error) return [sentence, error.stack, causeOf(error)].filter(Boolean).join('\n');
  return `${/[.?]$/.test(sentence) ? sentence : `${sentence}.`}${remedyFor(error, sentence)}`;
}

export const exitCodeOf = (error: unknown): number => (error instanceof Failure ? error.exitCode : 1);

function remedyFor(error: unknown, sentence: string): string {
  if (error instanceof Error && EXPECTED.has(error.name)) return '';
  if (/^Topic \S+ does not exist/.test(sentence)) return ' `muster topics create` creates what is missing.';
  if (error instanceof Error && error.name === 'LogUnavailableError')
    return ' Something listens there, but does not answer as Kafka should: look at its log, or restart it.';
  return ' Add --verbose to see where it comes from.';
}

const causeOf = ({ cause }: Error): string =>
  cause instanceof Error ? `Caused by: ${cause.stack ?? cause.message}` : '';
