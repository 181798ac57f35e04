/** A schema registry that speaks Confluent's API (Confluent's own, Apicurio, Karapace). The only place that knows its client. */
import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import { SchemaUnavailableError } from './bus.ts';
import type { SchemaSource } from './schema-source.ts';

const DEFAULT_TIMEOUT_MS = 5_000;
/** An id that is unknown may be registered in a moment (registries replicate), so it is asked for again after this. */
const MISSING_AGAIN_AFTER_MS = 10_000;

export interface RegistryOptions {
  readonly timeoutMs?: number;
}

/**
 * Schemas of a registry, read-only. What is known is never asked for again, so the registry may be away later; lookups of the same thing at the
 * same time are one request.
 *
 * @param url of the Confluent-compatible API, e.g. `http://localhost:8080/apis/ccompat/v7`; may hold user and password
 */
export function registrySource(url: string, options: RegistryOptions = {}): SchemaSource {
  const client = registryClient(url, options);
  const schemas = remembered((id: number) =>
    client.ask(`schema ${id}`, async (registry) => {
      const schema = await registry.getSchema(id);
      return 'schema' in schema && typeof schema.schema === 'function'
        ? (schema.schema({ exportAttrs: true }) as object)
        : null;
    }),
  );
  const ids = remembered((lookup: string) => {
    const [subject, schema] = JSON.parse(lookup) as [string, object];
    return client.idOf(subject, schema);
  });
  return {
    schemaById: schemas,
    idOf: (subject, schema) => ids(JSON.stringify([subject, schema])),
    latestId: (subject) =>
      client.ask(`the newest version of ${subject}`, (registry) => registry.getLatestSchemaId(subject)),
  };
}

export type Compatibility = 'BACKWARD_TRANSITIVE' | 'FULL_TRANSITIVE';

export interface RegistryClient {
  /** Null when the registry does not know what is asked for. @throws SchemaUnavailableError */
  ask<T>(what: string, request: (registry: SchemaRegistry) => Promise<T>): Promise<T | null>;
  idOf(subject: string, schema: object): Promise<number | null>;
  /**
   * Always with subject and compatibility: left out, the client makes up a subject and another level.
   *
   * @throws Error when the registry refuses the schema, with its reason
   */
  register(subject: string, schema: object, compatibility: Compatibility): Promise<number>;
  /** For what the client does not offer. Null on 404. @throws SchemaUnavailableError */
  call(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<unknown>;
}

export function registryClient(url: string, { timeoutMs = DEFAULT_TIMEOUT_MS }: RegistryOptions = {}): RegistryClient {
  const { origin, pathname, host, username, password } = new URL(url);
  const base = origin + pathname.replace(/\/$/, '');
  const credentials = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  const registry = new SchemaRegistry({
    host: base,
    retry: { retries: 0 },
    ...(username !== '' && { auth: credentials }),
    middlewares: [() => ({ request: (request) => Promise.resolve(request.enhance({ timeout: timeoutMs })) })],
  });
  const unavailable = (what: string, error: unknown) => {
    const { message } = error instanceof Error ? error : new Error(String(error));
    const why = message.replace(/^Confluent_Schema_Registry - (Error, status 400: )?/, '');
    return new SchemaUnavailableError(`The schema registry at ${host} can't be asked for ${what}: ${why}`, {
      cause: error,
    });
  };
  const ask: RegistryClient['ask'] = async (what, request) => {
    try {
      return await request(registry);
    } catch (error) {
      if (isMissing(error)) return null;
      throw unavailable(what, error);
    }
  };
  const avro = (schema: object) => ({ type: SchemaType.AVRO, schema: registryText(schema) }) as const;
  return {
    ask,
    idOf: (subject, schema) =>
      ask(`the id of a schema of ${subject}`, () => registry.getRegistryIdBySchema(subject, avro(schema))),
    async register(subject, schema, compatibility) {
      const level = COMPATIBILITY[compatibility];
      try {
        return (await registry.register(avro(schema), { subject, compatibility: level })).id;
      } catch (error) {
        const fault = unavailable(`the registration of ${subject}`, error);
        if (!REFUSALS.has((error as { status?: unknown }).status)) throw fault;
        throw new Error(`The schema registry refuses the schema of ${subject}: ${(error as Error).message}`, {
          cause: error,
        });
      }
    },
    async call(method, path, body) {
      const authorization = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
      const response = await fetch(base + path, {
        method,
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          'content-type': 'application/vnd.schemaregistry.v1+json',
          ...(username !== '' && { authorization }),
        },
        ...(body && { body: JSON.stringify(body) }),
      }).catch((error: unknown) => {
        throw unavailable(path, error);
      });
      if (response.status === 404) return null;
      if (!response.ok) throw unavailable(path, `${response.status} ${await response.text()}`);
      return response.json();
    },
  };
}

/** Incompatible, or no valid schema. */
const REFUSALS: ReadonlySet<unknown> = new Set([409, 422]);

/** A schema as it is sent. Apicurio takes a text "{}" for an object when it looks whether it is Avro; an escaped brace is the same JSON. */
export const registryText = (schema: object): string =>
  JSON.stringify(schema).replaceAll('"{}"', String.raw`"\u007b}"`);

/**
 * What the registry itself says it does not have, or what is no Avro schema; not the 404 of a wrong address. The client reports a
 * refused connection as status 400, so only the wording tells them apart.
 */
function isMissing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return MISSING.test(error.message) || error.name === 'ConfluentSchemaRegistryInvalidSchemaError';
}

const MISSING = /- ((Schema|Subject|Version)\b.* not found|The given schema does not match any)/i;

/** Remembers what was found for ever, and for a while that nothing was. */
function remembered<K, V>(load: (key: K) => Promise<V | null>): (key: K) => Promise<V | null> {
  const known = new Map<K, Promise<V | null>>();
  const missing = new Map<K, number>();
  return (key) => {
    const now = performance.now();
    const existing = known.get(key);
    if (existing && now < (missing.get(key) ?? Infinity)) return existing;
    if (missing.size > 1000) {
      for (const old of missing.keys()) known.delete(old);
      missing.clear();
    }
    missing.delete(key);
    const loading = load(key).then((value) => {
      if (value === null) missing.set(key, performance.now() + MISSING_AGAIN_AFTER_MS);
      return value;
    });
    known.set(key, loading);
    loading.catch(() => known.delete(key));
    return loading;
  };
}
