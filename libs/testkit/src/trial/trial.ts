import { deadLetterTopic, type DeadLetter, type Decoded, type Message } from '@muster/bus';
import type { TopicName } from '@muster/schemas';
import type { ForemanState, TellerState } from './subjects.ts';

/** What was published to the subject agents. */
export interface TrialInput {
  /** Of the message; for garbage, anything that tells it apart. */
  readonly id: string;
  /** Of the message. */
  readonly key: string;
  /** `good` is to be taken in once; the others are to become dead letters: no message at all, one the handler rejects, one it throws on. */
  readonly kind: 'good' | 'garbage' | 'rejected' | 'faulty';
  /** The log said that it has it. If not, nobody knows, and both is right. */
  readonly isSure: boolean;
}

/** What went in and what came out of one run of the subject agents, once all is quiet. */
export interface Trial {
  readonly inputs: readonly TrialInput[];
  /** Every record of `trialTopics`, each partition in offset order. */
  readonly records: readonly Decoded[];
  /** What the teller set aside. */
  readonly deadLetters: readonly DeadLetter[];
  /** By key, as stored at the end. */
  readonly states: {
    readonly teller: ReadonlyMap<string, TellerState>;
    readonly foreman: ReadonlyMap<string, ForemanState>;
  };
  /** Idempotency keys with which the action touched the world, repeats included. */
  readonly effects: readonly string[];
  /**
   * The state store lost something. What came by two topics may then be taken in again in another order than the first time: that order
   * was nowhere but in the store.
   */
  readonly isStoreLossy: boolean;
  /**
   * How long a log with replicas may take to show a record that it has stamped, ms: a timer can't wait for what nobody can see. Default 0.
   */
  readonly unseenMs?: number;
  /** What was done to the mesh, for explanations. */
  readonly notes?: readonly { readonly at: number; readonly text: string }[];
}

export const trialTopics = [
  'muster.metrics.v1',
  'muster.alerts.v1',
  'muster.inbox.worker.v1',
  'muster.task-results.v1',
  'muster.task-progress.v1',
] as const satisfies readonly TopicName[];

export const trialDeadLetters = deadLetterTopic('muster.metrics.v1', 'muster.teller');

export type ViolationKind = 'lost' | 'duplicated' | 'out of order' | 'timer' | 'state' | 'stuck';

export interface Violation {
  readonly kind: ViolationKind;
  readonly agent: string;
  readonly key: string;
  /** What is wrong, in a sentence. */
  readonly sentence: string;
  /** What happened to the key around it, a line each, in the order of time. */
  readonly history: readonly string[];
}

export interface Verdict {
  readonly violations: readonly Violation[];
  /** Inputs that the log has. */
  readonly inputs: number;
  /** Messages of all topics, and second copies among them (which consumers drop). */
  readonly messages: number;
  readonly copies: number;
  /** Actions run again with the same idempotency key. */
  readonly reruns: number;
  /** Keys of which copies came later than a consumer remembers: counted twice, as it must be after a loss of the store. */
  readonly forgotten: number;
}

export function messagesOf<T extends (typeof trialTopics)[number]>(trial: Trial, topic: T): Message<T>[] {
  return trial.records.flatMap((each) =>
    each.kind === 'message' && each.message.topic === topic ? [each.message as Message<T>] : [],
  );
}
