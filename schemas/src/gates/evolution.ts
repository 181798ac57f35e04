import { definitionsIn } from '../source/avro.ts';
import type { FieldSchema, NamedSchema, RecordSchema } from '../source/avro.ts';
import type { RecordDefinition } from '../source/schema-folder.ts';
import { perRecord, perVersion, when } from './gate.ts';
import type { Gate } from './gate.ts';

/** How one version of a record follows from the one before it. Definitions inside a record are followed by their names. */

export const addedFieldsHaveDefaults: Gate = perStep(({ place, before, after }) =>
  fieldChanges(before, after)
    .added.filter((field) => field.default === undefined)
    .map(({ name }) => `${place}.${name} is new and has no default: older messages do not have it.`),
);

/** A rename would lose the old field's values in silence; an alias hides it from readers that do not know aliases. */
export const nothingIsRenamed: Gate = (folders) => [
  ...perStep(({ place, before, after }) => {
    const { added, removed } = fieldChanges(before, after);
    return added.flatMap((field) => {
      const lost = removed.find(({ type }) => JSON.stringify(type) === JSON.stringify(field.type));
      return when(
        lost !== undefined,
        `${place}.${field.name} is new where ${lost?.name} of the same type is gone: add the new one first, drop the old one in a later version.`,
      );
    });
  })(folders),
  ...perVersion((schema, path) =>
    definitionsIn(schema).flatMap((definition) => [
      ...when('aliases' in definition, `${path}: ${definition.name} has aliases: names stay.`),
      ...(definition.type === 'record' ? definition.fields : [])
        .filter((field) => 'aliases' in field)
        .map(({ name }) => `${path}: ${definition.name}.${name} has aliases: names stay.`),
    ]),
  )(folders),
];

/**
 * A reader turns a symbol that it does not know into UNKNOWN, and so every change of an enum passes as compatible. But a
 * symbol that was taken out turns the messages that have it into UNKNOWN for good.
 */
export const symbolsAreOnlyAdded: Gate = perStep(({ place, before, after }) =>
  before.type !== 'enum' || after.type !== 'enum'
    ? []
    : before.symbols
        .filter((symbol) => !after.symbols.includes(symbol))
        .map((symbol) => `${place} has lost the symbol ${symbol}: stored messages have it; keep it.`),
);

interface Step {
  /** Where it is, for a sentence: file and name of the definition. */
  readonly place: string;
  readonly before: NamedSchema;
  readonly after: NamedSchema;
}

function perStep(violations: (step: Step) => readonly string[]): Gate {
  return perRecord((record) => steps(record).flatMap(violations));
}

function steps({ folder, versions }: RecordDefinition): readonly Step[] {
  return versions.slice(1).flatMap((newer, index) => {
    const older = new Map(definitionsIn(versions[index]!).map((definition) => [definition.name, definition]));
    return definitionsIn(newer).flatMap((after) => {
      const before = older.get(after.name);
      const place = `${folder.versions[index + 1]!.path}: ${after.name}`;
      return before === undefined ? [] : [{ place, before, after }];
    });
  });
}

function fieldChanges(before: NamedSchema, after: NamedSchema): Record<'added' | 'removed', readonly FieldSchema[]> {
  const fields = (schema: NamedSchema): RecordSchema['fields'] => (schema.type === 'record' ? schema.fields : []);
  const missing = (from: NamedSchema, to: NamedSchema): readonly FieldSchema[] =>
    fields(to).filter(({ name }) => !fields(from).some((field) => field.name === name));
  return { added: missing(before, after), removed: missing(after, before) };
}
