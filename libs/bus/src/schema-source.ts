/** Where schemas come from: a registry, or memory. Read-only: schemas are registered by `muster schemas push`. */
import { topicPatterns, topics, versionsOf } from '@muster/schemas';

export interface SchemaSource {
  /** Avro JSON of an id; null when there is no Avro schema of that id. Rejects with a SchemaUnavailableError when the registry is away. */
  schemaById(id: number): Promise<object | null>;
  /** Id of a schema under a subject; null when it is not registered there. Rejects as above. */
  idOf(subject: string, schema: object): Promise<number | null>;
  /** Id of the newest version of a subject; null when there is none. Rejects as above. */
  latestId(subject: string): Promise<number | null>;
}

/**
 * Every version of every record, with ids in memory, as a registry where everything was pushed. `add` registers another schema, as an older or newer
 * producer would, and returns its id.
 */
export function memorySchemaSource(): SchemaSource & { add(schema: object): number } {
  const schemas: object[] = [];
  const ids = new Map<string, number>();
  const add = (schema: object): number => {
    const text = JSON.stringify(schema);
    const id = ids.get(text) ?? schemas.push(schema);
    ids.set(text, id);
    return id;
  };
  for (const { record } of [...topics, ...topicPatterns]) for (const schema of versionsOf(record)) add(schema);
  return {
    add,
    schemaById: (id) => Promise.resolve(schemas[id - 1] ?? null),
    idOf: (_, schema) => Promise.resolve(ids.get(JSON.stringify(schema)) ?? null),
    latestId: () => Promise.resolve(null),
  };
}
