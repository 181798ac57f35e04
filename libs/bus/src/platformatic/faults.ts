/** What an error of @platformatic/kafka means for us. */
import { GenericError, MultipleErrors, NetworkError, ProtocolError, TimeoutError } from '@platformatic/kafka';
import { rootCause } from '../kafka/root-cause.ts';
import { FencedError, LogUnavailableError } from '../log.ts';

/** Kafka's error codes that are acted upon. */
export const CODES = {
  offsetOutOfRange: 1,
  unknownTopic: 3,
  coordinatorLoading: 14,
  coordinatorNotAvailable: 15,
  notCoordinator: 16,
  invalidTopic: 17,
  illegalGeneration: 22,
  unknownMember: 25,
  rebalanceInProgress: 27,
  topicExists: 36,
  nonEmptyGroup: 68,
  groupNotFound: 69,
  memberIdRequired: 79,
  fencedInstance: 82,
} as const;

/** What a broker in trouble answers, and the library takes for final: unknown error, broker not available. */
const TROUBLE = new Set([-1, 8]);
const FENCING = new Set<number | undefined>([
  CODES.illegalGeneration,
  CODES.unknownMember,
  CODES.rebalanceInProgress,
  CODES.fencedInstance,
]);

const protocolErrorOf = (error: unknown): ProtocolError | undefined => {
  if (error instanceof ProtocolError) return error;
  if (error instanceof MultipleErrors) return error.errors.map(protocolErrorOf).find((found) => found !== undefined);
  return error instanceof Error && error.cause !== undefined ? protocolErrorOf(error.cause) : undefined;
};

/** The error code that a broker answered with, the first where there are several; undefined when it did not answer. */
export const codeOf = (error: unknown): number | undefined => protocolErrorOf(error)?.['apiCode'] as number | undefined;

/** The broker says that our membership or its generation is over. */
export const isFencing = (error: unknown): boolean => FENCING.has(codeOf(error));

/** Worth trying again later: brokers away, moving or slow. Anything else is a mistake of configuration or a bug. */
export function isOutage(error: unknown): boolean {
  if (error instanceof LogUnavailableError) return true;
  const answered = protocolErrorOf(error);
  if (answered) return answered['canRetry'] === true || TROUBLE.has(codeOf(answered)!) || isFencing(answered);
  return (error instanceof NetworkError || error instanceof TimeoutError) && !isMistake(rootCause(error));
}

/** A wrong password or a broker that speaks TLS: the library wraps it as a network error. */
const isMistake = (root: Error): boolean =>
  root instanceof GenericError && ['PLT_KFK_AUTHENTICATION', 'PLT_KFK_USER'].includes(root.code);

/** What went wrong, in a few words. */
export const reasonOf = (error: unknown): string => (protocolErrorOf(error) ?? rootCause(error)).message;

/** An error of the library in the words of the log: transient ones are {@link LogUnavailableError}. */
export function toLogError(error: unknown, doing: string): Error {
  if (error instanceof FencedError || error instanceof LogUnavailableError) return error;
  const sentence = `${doing} failed: ${reasonOf(error)}`;
  return isOutage(error) ? new LogUnavailableError(sentence, { cause: error }) : new Error(sentence, { cause: error });
}
