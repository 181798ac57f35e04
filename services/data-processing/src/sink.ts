import type { Duck } from './duck.ts';
import type { RunState } from './run-state.ts';

/** Where a job puts its rows. Writing a batch again, after a crash, leaves it there once. */
export interface Sink {
  /** As people know it. */
  readonly where: string;
  /** Directories that DuckDB must reach for it. */
  readonly directories: readonly string[];
  /** Writes the rows of one batch, all or none. Yields the name of what it made. */
  write(batch: number, query: string, rows: number, duck: Duck): Promise<string | undefined>;
  /** After the last batch; more than once after crashes. */
  finish(state: RunState): Promise<void>;
  /** Before a run goes on: rejects with PermanentError when what was written is no longer there. */
  check(state: RunState): Promise<void>;
  close(): Promise<void>;
}
