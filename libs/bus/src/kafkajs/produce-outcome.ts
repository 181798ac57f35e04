/**
 * What became of each partition's records in a request. kafkajs reports the first error only and keeps back which partition
 * it was, so that everything would have to be repeated; here the broker's whole answer is attached to the error.
 */
import { outcomeOfCode, outcomeOfFault } from '../kafka/request-sender.ts';
import type { Outcome } from '../kafka/request-sender.ts';
import { rootOf } from './faults.ts';
import { internal, isKnownVersion } from './internals.ts';

interface Answer {
  readonly topics: readonly {
    readonly topicName: string;
    readonly partitions: readonly { readonly partition: number; readonly errorCode: number }[];
  }[];
}

interface ProduceResponse {
  parse(answer: Answer): Promise<Answer>;
}

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
  const code = answered?.errorCode ?? root.code;
  if (typeof code !== 'number') return outcomeOfFault(root);
  return outcomeOfCode(code, code === root.code ? root.message : `Kafka error ${code}`);
}
