import type { DuckLane } from './duck.ts';
import type { RunState } from './run-state.ts';

/** The rows of a batch, ready, but not there yet. */
export interface PreparedPart {
  /** As the checkpoint names it. */
  readonly name: string;
  /** Puts all of them there, or none. Batches are published in their order, one at a time. */
  publish(): Promise<void>;
}

/** Where a job puts its rows. A batch that is published again, after a crash, is there once. */
export interface Sink {
  /** As people know it. */
  readonly where: string;
  /** Directories that DuckDB must reach for it. */
  readonly directories: readonly string[];
  /**
   * Before the first batch, and each time the run goes on (`isNew`: it has no checkpoint yet). Rejects with PermanentError when the place is of somebody else,
   * or when what was published is no longer there.
   */
  begin(state: RunState, isNew: boolean): Promise<void>;
  /** Several batches are prepared at once. `rows` is never 0. */
  prepare(batch: number, query: string, rows: number, duck: DuckLane): Promise<PreparedPart>;
  /** After the last batch; more than once after crashes. */
  finish(state: RunState): Promise<void>;
  close(): Promise<void>;
}
