import { schemas } from './generated/schemas.ts';
import type { RecordName } from './generated/schemas.ts';

/** The latest version of a record as self-contained Avro JSON. */
export const schemaOf = (record: RecordName): object => schemas[record].at(-1)!;

/** All versions of a record as self-contained Avro JSON, oldest first. */
export const versionsOf = (record: RecordName): readonly object[] => schemas[record];
