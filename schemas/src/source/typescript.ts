import { definitionsIn, isUnion } from './avro.ts';
import type { AvroSchema, EnumSchema, FieldSchema, NamedSchema, RecordSchema } from './avro.ts';
import type { RecordDefinition } from './schema-folder.ts';

/**
 * The TypeScript types of the latest version of every record: a read type, in which every field is present, and a write
 * type, in which fields with a default may be left out and the envelope is (the bus makes it).
 */
export function recordTypes(records: readonly RecordDefinition[]): string {
  const definitions = new Map<string, NamedSchema>();
  for (const definition of records.flatMap(({ versions }) => definitionsIn(versions.at(-1)!)))
    definitions.set(definition.name, definition);
  const recordNames = new Set(
    [...definitions.values()].filter(({ type }) => type === 'record').map(({ name }) => name),
  );

  const typeOf = (schema: AvroSchema, suffix: string): string => {
    if (typeof schema === 'string') return primitiveTypes[schema] ?? schema + (recordNames.has(schema) ? suffix : '');
    if (isUnion(schema))
      return schema
        .toReversed()
        .map((branch) => typeOf(branch, suffix))
        .join(' | ');
    if (schema.type === 'array') return `readonly ${grouped(schema.items, typeOf(schema.items, suffix))}[]`;
    if (schema.type === 'map') return `Readonly<Record<string, ${typeOf(schema.values, suffix)}>>`;
    if (schema.type === 'record') return schema.name + suffix;
    return schema.type === 'enum' ? schema.name : primitiveTypes[schema.type]!;
  };
  const member = (field: FieldSchema, suffix: string): string => {
    const mark = suffix === 'Input' && field.default !== undefined ? '?' : '';
    return `${docComment(describe(field), '  ')}  readonly ${field.name}${mark}: ${typeOf(field.type, suffix)};\n`;
  };
  const body = (record: RecordSchema, suffix: string): string =>
    record.fields
      .filter(({ name }) => suffix === '' || name !== 'envelope')
      .map((field) => member(field, suffix))
      .join('');

  return [...definitions.values()]
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((definition) => {
      const doc = docComment(definition.doc ?? '', '');
      if (definition.type === 'enum') return `${doc}export type ${definition.name} = ${symbols(definition)};\n`;
      const read = `${doc}export interface ${definition.name} {\n${body(definition, '')}}\n`;
      if (definition.name === 'Envelope') return read;
      const to = `To write a {@link ${definition.name}}: what has a default may be left out.`;
      return `${read}\n${docComment(to, '')}export interface ${definition.name}Input {\n${body(definition, 'Input')}}\n`;
    })
    .join('\n');
}

const primitiveTypes: Readonly<Record<string, string>> = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'Uint8Array',
  string: 'string',
};

const symbols = ({ symbols }: EnumSchema): string => symbols.map((symbol) => `'${symbol}'`).join(' | ');

const grouped = (schema: AvroSchema, type: string): string => (isUnion(schema) ? `(${type})` : type);

const describe = ({ doc = '', type, default: value }: FieldSchema): string =>
  [
    doc,
    ...(isTimestamp(type) ? ['Epoch ms.'] : []),
    ...(value === undefined || value === null ? [] : [`Default: \`${JSON.stringify(value)}\`.`]),
  ].join(' ');

const isTimestamp = (schema: AvroSchema): boolean =>
  isUnion(schema)
    ? schema.some(isTimestamp)
    : typeof schema === 'object' && 'logicalType' in schema && schema.logicalType === 'timestamp-millis';

const docComment = (text: string, indent: string): string =>
  text === '' ? '' : `${indent}/** ${text.replaceAll('*/', '* /')} */\n`;
