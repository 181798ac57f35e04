import type { NamedSchema } from '../source/avro.ts';
import { recordsOf } from '../source/schema-folder.ts';
import type { RecordDefinition, SchemaFolder } from '../source/schema-folder.ts';

/** A rule over the schema folders: one sentence for each place that breaks it, none when all is well. */
export type Gate = (folders: readonly SchemaFolder[]) => readonly string[];

/** A gate that looks at one version file at a time. */
export const perVersion =
  (violations: (schema: NamedSchema, path: string) => readonly string[]): Gate =>
  (folders) =>
    folders.flatMap(({ versions }) => versions.flatMap(({ path, value }) => violations(value, path)));

/** A gate that looks at one record at a time, its versions self-contained. */
export const perRecord =
  (violations: (record: RecordDefinition) => readonly string[]): Gate =>
  (folders) =>
    recordsOf(folders).flatMap(violations);

/** The sentence as a list of one when it is true that something is wrong. */
export const when = (isWrong: boolean, sentence: string): readonly string[] => (isWrong ? [sentence] : []);
