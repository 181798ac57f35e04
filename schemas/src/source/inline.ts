import { isUnion, primitives } from './avro.ts';
import type { AvroSchema, NamedSchema, RecordSchema } from './avro.ts';

/** Finds a version of a shared definition; undefined when there is none. */
export type Definitions = (name: string, version: number) => NamedSchema | undefined;

/**
 * Makes a schema self-contained: each shared definition stands in full where it is named first, in the version the schema
 * (or the shared definition that names it) pins in `uses`; later mentions stay names, as Avro wants it.
 * Throws when a name is defined nowhere, or used and not pinned.
 */
export function selfContained<S extends NamedSchema>(schema: S, definitions: Definitions): S {
  const defined = new Set<string>();

  const inlineDefinition = (definition: NamedSchema, pins: Readonly<Record<string, number>>): NamedSchema => {
    defined.add(definition.name);
    if (definition.type === 'enum') return definition;
    const { uses: _, ...record } = definition;
    return { ...record, fields: record.fields.map((field) => ({ ...field, type: inline(field.type, pins) })) };
  };

  const inlineShared = (name: string, pins: Readonly<Record<string, number>>): AvroSchema => {
    const version = pins[name];
    if (version === undefined)
      throw new Error(
        `${schema.name} names ${name}, which it neither defines before nor pins: add "${name}" to "uses".`,
      );
    const shared = definitions(name, version);
    if (shared === undefined) throw new Error(`${schema.name} uses ${name} ${version}, which does not exist.`);
    const { namespace: _, ...definition } = shared;
    return inlineDefinition(definition, pinsOf(shared));
  };

  const inline = (part: AvroSchema, pins: Readonly<Record<string, number>>): AvroSchema => {
    if (typeof part === 'string') return primitives.has(part) || defined.has(part) ? part : inlineShared(part, pins);
    if (isUnion(part)) return part.map((branch) => inline(branch, pins));
    if (part.type === 'array') return { ...part, items: inline(part.items, pins) };
    if (part.type === 'map') return { ...part, values: inline(part.values, pins) };
    if (part.type === 'record' || part.type === 'enum') return inlineDefinition(part, pins);
    return part;
  };

  return inlineDefinition(schema, pinsOf(schema)) as S;
}

const pinsOf = (schema: NamedSchema): NonNullable<RecordSchema['uses']> =>
  schema.type === 'record' ? (schema.uses ?? {}) : {};
