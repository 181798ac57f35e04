/** One request and its answer, as a peer makes it. */
export type Ask = (input: EchoInput) => Promise<unknown>;

export interface EchoInput {
  readonly n: number;
  readonly text: string;
}

/** What the benchmark tells a client's process to do. */
export interface Order {
  readonly rate: number;
  readonly count: number;
}

/** What a client's process measured. */
export interface Measured {
  /** ms, of those that were answered rightly. */
  readonly took: readonly number[];
  readonly failed: number;
  readonly firstFault: string | undefined;
}
