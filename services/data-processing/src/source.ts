import type { ColumnRules } from './column-rules.ts';
import type { BadRecord } from './csv-records.ts';
import type { Place, SourcePart } from './run-state.ts';

/** A bounded part of a source, ready for DuckDB. */
export interface Batch {
  readonly rules: ColumnRules;
  /** What is read, as SQL; its rows are in the order of the source. */
  readonly relation: string;
  /** The file or table, as people know it. */
  readonly name: string;
  /** Records that were taken out before DuckDB sees any. */
  readonly taken: readonly BadRecord[];
  /** Whether DuckDB notes what its reader could not take in the tables `parse_rejects` and `parse_scans`. */
  readonly hasParseRejects: boolean;
  /** Where the next one begins; `undefined` after the last. */
  readonly next: Place | undefined;
}

/** What a job reads, batch by batch. The same place gives the same batch. */
export interface Source {
  readonly files: readonly SourcePart[];
  /** Where a new run begins. Default: the beginning of the first file. */
  readonly first?: Place;
  /** Directories that DuckDB must reach for it. */
  readonly directories: readonly string[];
  /** How much lies before a place, and in all, in bytes, rows or messages; null: not known. */
  readonly total: number | null;
  doneAt(place: Place): number;
  /** `slot`: 0 or 1; a batch is read while the one before, in the other slot, is worked on. */
  read(place: Place, slot: number): Promise<Batch>;
  close(): Promise<void>;
}
