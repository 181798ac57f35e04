import type { TopicInputs, TopicName } from '@muster/schemas';

/** The topics a declared name stands for: `muster.inbox.<agent>.v1` is a family, and any of its members may be published to. */
type MemberOf<T extends TopicName> = T extends `${infer Before}<${string}>${infer After}`
  ? `${Before}${string}${After}`
  : T;

/** A message to be published, typed by its topic. The runtime makes its envelope and id. `value: null` is a tombstone and needs `key`. */
export type Publication<P extends TopicName = TopicName> = {
  [T in P]: {
    readonly topic: MemberOf<T>;
    readonly value: TopicInputs[T] | null;
    /** Default: what the topic's key rule makes of the value. */
    readonly key?: string;
    /** Default: the correlation id of the input, which is right unless the message belongs to a longer piece of work. */
    readonly correlationId?: string;
    /** Epoch ms after which nobody needs it any more. */
    readonly expiresAt?: number;
  };
}[P];

/** What a handler made of its input: a value, nothing is done yet. */
export type Outcome<S = unknown, P extends TopicName = TopicName> = Handled<S, P> | Ignored | Rejected;

export interface Handled<S, P extends TopicName> {
  readonly kind: 'handled';
  /** The key's next state; `null` forgets the key; left out: unchanged. */
  readonly state?: S | null;
  readonly publish?: readonly Publication<P>[];
  /** Epoch ms at which the key wants to be woken, `null` for never; left out: unchanged. A key has one such time. */
  readonly wakeAt?: number | null;
}

interface Ignored {
  readonly kind: 'ignored';
  readonly reason: string;
}

interface Rejected {
  readonly kind: 'rejected';
  readonly reason: string;
}

/** The input was dealt with. */
export function handled<S = never, P extends TopicName = never>(
  parts: Omit<Handled<S, P>, 'kind'> = {},
): Handled<S, P> {
  return { kind: 'handled', ...parts };
}

/** The input is fine, but no concern of this agent's. */
export function ignored(reason: string): Ignored {
  return { kind: 'ignored', reason };
}

/** The input can't be right: it becomes a dead letter with this reason, a sentence that names field and reason. */
export function rejected(reason: string): Rejected {
  return { kind: 'rejected', reason };
}
