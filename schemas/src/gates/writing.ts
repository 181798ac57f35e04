import { definitionsIn, isUnion, parts } from '../source/avro.ts';
import type { AvroSchema, FieldSchema, RecordSchema } from '../source/avro.ts';
import type { SchemaFolder } from '../source/schema-folder.ts';
import { perVersion, when } from './gate.ts';
import type { Gate } from './gate.ts';

/** How a single version of a schema is written. */

export const everythingIsDocumented: Gate = perVersion((schema, path) =>
  definitionsIn(schema).flatMap((definition) => [
    ...when(!definition.doc?.trim(), `${path}: ${definition.name} has no doc: say what it is.`),
    ...fieldsOf(definition)
      .filter(({ doc }) => !doc?.trim())
      .map(({ name }) => `${path}: ${definition.name}.${name} has no doc: say what it holds.`),
  ]),
);

export const enumsAreOpen: Gate = perVersion((schema, path) =>
  definitionsIn(schema)
    .filter((definition) => definition.type === 'enum')
    .flatMap(({ name, symbols, default: fallback }) => [
      ...when(
        symbols[0] !== 'UNKNOWN',
        `${path}: ${name} does not begin with UNKNOWN, what a reader makes of a symbol newer than itself.`,
      ),
      ...when(
        fallback !== 'UNKNOWN',
        `${path}: ${name} has no default UNKNOWN, so that a reader fails on a symbol newer than itself.`,
      ),
      ...symbols
        .filter((symbol) => !/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(symbol))
        .map((symbol) => `${path}: ${name} has the symbol ${symbol}, which is not UPPER_SNAKE.`),
    ]),
);

export const unionsAreNullable: Gate = perVersion((schema, path) =>
  eachField(schema).flatMap(({ owner, field }) => [
    ...unionsIn(field.type)
      .filter((union) => union.length !== 2 || union[0] !== 'null')
      .map(() => `${path}: ${owner}.${field.name} has a union that is not null and then one type.`),
    ...when(
      isUnion(field.type) && field.default !== null,
      `${path}: ${owner}.${field.name} can be null and has no default null.`,
    ),
  ]),
);

export const namesAreInStyle: Gate = (folders) => [
  ...folders.flatMap(folderIsNamedAfterItsDefinition),
  ...perVersion((schema, path) =>
    definitionsIn(schema).flatMap((definition) => [
      ...when(!/^[A-Z][A-Za-z0-9]*$/.test(definition.name), `${path}: ${definition.name} is not PascalCase.`),
      ...when(
        definition !== schema && definition.namespace !== undefined,
        `${path}: ${definition.name} states a namespace: it has that of the schema around it.`,
      ),
      ...fieldsOf(definition).flatMap((field) => fieldName(`${path}: ${definition.name}.${field.name}`, field)),
    ]),
  )(folders),
];

/** Times whose names are fixed by the contract. */
const timeNames: ReadonlySet<string> = new Set(['time', 'at', 'deadline']);

function fieldName(place: string, { name, type }: FieldSchema): readonly string[] {
  const inner = isUnion(type) ? (type.at(-1) ?? type) : type;
  const isTime = typeof inner === 'object' && 'logicalType' in inner;
  return [
    ...when(!/^[a-z][A-Za-z0-9]*$/.test(name), `${place} is not camelCase.`),
    ...when(isTime && !name.endsWith('At') && !timeNames.has(name), `${place} is a time and does not end in At.`),
    ...when(
      inner === 'boolean' && !/^(is|has|can)[A-Z]/.test(name),
      `${place} is a boolean and does not begin with is, has or can.`,
    ),
  ];
}

function folderIsNamedAfterItsDefinition({ folder, versions }: SchemaFolder): readonly string[] {
  return versions.flatMap(({ path, value: { name, namespace } }) => [
    ...when(kebab(name) !== folder, `${path}: ${name} belongs into a folder ${kebab(name)}.`),
    ...when(namespace !== 'muster', `${path}: ${name} is not in the namespace muster.`),
  ]);
}

const kebab = (name: string): string => name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();

/** A name is defined in one folder only, and once in each version. */
export const namesAreDefinedOnce: Gate = (folders) => {
  const owners = new Map<string, string>();
  return folders.flatMap(({ folder, versions }) =>
    versions.flatMap(({ path, value }) => {
      const names = definitionsIn(value).map(({ name }) => name);
      const twice = names.filter((name, index) => names.indexOf(name) !== index);
      const elsewhere = names.filter((name) => (owners.get(name) ?? folder) !== folder);
      for (const name of names) owners.set(name, owners.get(name) ?? folder);
      return [
        ...twice.map((name) => `${path}: ${name} is defined twice: the second time, its name alone will do.`),
        ...elsewhere.map(
          (name) => `${path}: ${name} is already defined in ${owners.get(name)}: use that, or another name.`,
        ),
      ];
    }),
  );
};

const fieldsOf = (schema: AvroSchema): readonly FieldSchema[] =>
  typeof schema === 'object' && !isUnion(schema) && schema.type === 'record' ? schema.fields : [];

const eachField = (schema: AvroSchema): readonly { owner: string; field: FieldSchema }[] =>
  definitionsIn(schema)
    .filter((definition): definition is RecordSchema => definition.type === 'record')
    .flatMap(({ name, fields }) => fields.map((field) => ({ owner: name, field })));

/** Unions in a type, not looking into the records it defines: their fields are looked at on their own. */
const unionsIn = (schema: AvroSchema): readonly (readonly AvroSchema[])[] => [
  ...(isUnion(schema) ? [schema] : []),
  ...(fieldsOf(schema).length > 0 ? [] : parts(schema).flatMap(unionsIn)),
];
