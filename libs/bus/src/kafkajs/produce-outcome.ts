/**
 * What became of each partition's records in a request. kafkajs reports the first error only and keeps back which partition
 * it was, so that everything would have to be repeated; here the broker's whole answer is attached to the error.
 */
import type { RefusalCode } from '../log.ts';
import { rootOf } from './faults.ts';
import { internal, isKnownVersion } from './internals.ts';

export type Outcome =
  | { readonly kind: 'stored' }
  /** The broker will never take these records together, maybe not one of them. */
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly reason: string }
  /** Nothing is known, or the broker asks to try again. */
  | { readonly kind: 'open'; readonly reason: string };

interface Answer {
  readonly topics: readonly {
    readonly topicName: string;
    readonly partitions: readonly { readonly partition: number; readonly errorCode: number }[];
  }[];
}

interface ProduceResponse {
  parse(answer: Answer): Promise<Answer>;
}

/** Kafka's codes: too large (10, 18), invalid topic, unauthorized, timestamp, format, policy, compression, invalid record. */
const REFUSALS = new Set([10, 17, 18, 29, 31, 32, 42, 43, 44, 76, 87]);
const TOO_LARGE = new Set([10, 18]);
/** Of encoding: the message itself can't be sent. */
const MISTAKES = new Set(['TypeError', 'RangeError', 'ReferenceError']);

const VERSIONS = [3, 4, 5, 6, 7];
const answers = new WeakMap<Error, Answer>();
let isPatched = false;

/** Keeps the broker's answers. With an unknown version of kafkajs partial failures repeat more than they must. */
export function keepProduceAnswers(): void {
  if (isPatched || !isKnownVersion()) return;
  isPatched = true;
  for (const version of VERSIONS) {
    const response = internal(`protocol/requests/produce/v${version}/response`) as ProduceResponse;
    const { parse } = response;
    response.parse = async (answer) => {
      try {
        return await parse(answer);
      } catch (error) {
        answers.set(error as Error, answer);
        throw error;
      }
    };
  }
}

/** Reads off a failed request what became of one partition's records. */
export function outcomeOf(error: unknown, topic: string, partition: number): Outcome {
  const root = rootOf(error);
  const answered = answers
    .get(root)
    ?.topics.find(({ topicName }) => topicName === topic)
    ?.partitions.find((of) => of.partition === partition);
  if (answered?.errorCode === 0) return { kind: 'stored' };
  const code = answered?.errorCode ?? (typeof root.code === 'number' ? root.code : -1);
  const isRefused = REFUSALS.has(code) || MISTAKES.has(root.name);
  const reason = answered && answered.errorCode !== root.code ? `Kafka error ${answered.errorCode}` : root.message;
  if (!isRefused) return { kind: 'open', reason };
  return { kind: 'refused', code: TOO_LARGE.has(code) ? 'too-large' : 'invalid', reason };
}
