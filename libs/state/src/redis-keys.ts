/** The names of everything this package keeps in Redis. */

export interface PartitionKeys {
  /** Hash: generation, owner, sequence. */
  readonly meta: string;
  /** Hash: topic -> next offset. */
  readonly offsets: string;
  /** Hash: key -> encoded state. */
  readonly states: string;
  /** Sorted set: key by epoch ms. */
  readonly timers: string;
  /** Hash: number -> records that are to leave. */
  readonly outbox: string;
}

/** The braces are a hash tag: Redis Cluster keeps all keys of one partition in one slot, which a script over them needs. */
export function partitionKeys(agent: string, partition: number): PartitionKeys {
  const prefix = `muster:{${agent}:${partition}}`;
  return {
    meta: `${prefix}:meta`,
    offsets: `${prefix}:offsets`,
    states: `${prefix}:state`,
    timers: `${prefix}:timers`,
    outbox: `${prefix}:outbox`,
  };
}

/** In the order in which the scripts expect them as KEYS. */
export function scriptKeys({ meta, offsets, states, timers, outbox }: PartitionKeys): readonly string[] {
  return [meta, offsets, states, timers, outbox];
}

/** A SCAN pattern that matches all keys of all partitions of an agent. */
export function agentPattern(agent: string): string {
  const escaped = agent.replaceAll(/[\\*?[\]]/g, String.raw`\$&`);
  return `muster:{${escaped}:*}:*`;
}

export function leaseKey(name: string): string {
  return `muster:lease:${name}`;
}
