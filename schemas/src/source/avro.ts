/** Avro schemas as JSON, as far as Muster uses them. */

export interface RecordSchema {
  readonly type: 'record';
  readonly name: string;
  readonly namespace?: string;
  /** Ours, not Avro's: which version of each shared definition is meant. Gone once the schema is self-contained. */
  readonly uses?: Readonly<Record<string, number>>;
  readonly doc?: string;
  readonly fields: readonly FieldSchema[];
}

export interface FieldSchema {
  readonly name: string;
  readonly type: AvroSchema;
  readonly doc?: string;
  readonly default?: unknown;
}

export interface EnumSchema {
  readonly type: 'enum';
  readonly name: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly symbols: readonly string[];
  readonly default?: string;
}

export type NamedSchema = RecordSchema | EnumSchema;
export type AvroSchema =
  | string
  | readonly AvroSchema[]
  | NamedSchema
  | { readonly type: 'array'; readonly items: AvroSchema }
  | { readonly type: 'map'; readonly values: AvroSchema }
  | { readonly type: 'int' | 'long' | 'string'; readonly logicalType: string };

export const primitives: ReadonlySet<string> = new Set('null boolean int long float double bytes string'.split(' '));

export const isUnion = (schema: AvroSchema): schema is readonly AvroSchema[] => Array.isArray(schema);

/** Schemas directly inside a schema. */
export function parts(schema: AvroSchema): readonly AvroSchema[] {
  if (typeof schema === 'string') return [];
  if (isUnion(schema)) return schema;
  if (schema.type === 'record') return schema.fields.map((field) => field.type);
  if (schema.type === 'array') return [schema.items];
  return schema.type === 'map' ? [schema.values] : [];
}

/** Every record and enum that is defined (not merely named) in a schema, outermost first. */
export function definitionsIn(schema: AvroSchema): readonly NamedSchema[] {
  const own = typeof schema === 'object' && !isUnion(schema) && (schema.type === 'record' || schema.type === 'enum');
  return [...(own ? [schema] : []), ...parts(schema).flatMap(definitionsIn)];
}

/** Names that a schema refers to, defined in it or not. */
export function namesIn(schema: AvroSchema): readonly string[] {
  if (typeof schema === 'string') return primitives.has(schema) ? [] : [schema];
  return parts(schema).flatMap(namesIn);
}
