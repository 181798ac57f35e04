/** What an error of kafkajs means for us. */
import { rootCause } from '../kafka/root-cause.ts';
import { FencedError, LogUnavailableError } from '../log.ts';

interface ClientError extends Error {
  /** Name of Kafka's error code, when the broker sent one. */
  readonly type?: string;
  readonly code?: string | number;
  readonly retriable?: boolean;
  /** `host:port`, on connection errors and timeouts. */
  readonly broker?: string;
}

/** The error inside kafkajs' wrappers (retries exceeded, non-retriable). */
export const rootOf = (error: unknown): ClientError => rootCause(error);

const FENCING = new Set(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS', 'FENCED_INSTANCE_ID']);

/** The broker says that our membership or its generation is over. */
export const isFencing = (error: unknown): boolean => FENCING.has(rootOf(error).type ?? '');

/** Marked non-retriable by kafkajs, and yet what it says when brokers are away. */
const OUTAGES = new Set([
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSLockTimeout',
  'KafkaJSTimeout',
  'KafkaJSBrokerNotFound',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
  'KafkaJSNumberOfRetriesExceeded',
  'KafkaJSNoBrokerAvailableError',
]);

/** What a broker in trouble answers, and kafkajs takes for final. */
const TROUBLE = new Set(['UNKNOWN', 'BROKER_NOT_AVAILABLE']);

/** Worth trying again later: brokers away, moving or slow. Anything else is a mistake of configuration or a bug. */
export function isOutage(error: unknown): boolean {
  const root = rootOf(error);
  return (
    root.retriable === true ||
    OUTAGES.has(root.name) ||
    TROUBLE.has(root.type ?? '') ||
    // A plain Error, thrown when a broker accepts connections and then says nothing.
    root.message === 'Broker not connected' ||
    isFencing(error) ||
    root instanceof LogUnavailableError
  );
}

/** An error of the client in the words of the log: transient ones are {@link LogUnavailableError}. */
export function toLogError(error: unknown, doing: string): Error {
  if (error instanceof FencedError || error instanceof LogUnavailableError) return error;
  const root = rootOf(error);
  const sentence = `${doing} failed: ${root.message}`;
  return isOutage(error) ? new LogUnavailableError(sentence, { cause: error }) : new Error(sentence, { cause: error });
}
