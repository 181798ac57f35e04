import { hostname } from 'node:os';
import { KAFKA_CLIENTS } from '@muster/bus';
import { z } from 'zod';
import type { AgentDefinition } from './agent.ts';

/** What is wrong with the environment, one line for each variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faultClass = 'permanent';
}

const required = (what: string): z.ZodString =>
  z.string({ error: `is not set; set it to ${what}` }).min(1, `is empty; set it to ${what}`);

/** Where an instance lives: the same for every agent. Kafka, the registry and Redis are addressed by URL; nothing else tells a laptop from a cluster. */
const runtimeSchema = z.object({
  KAFKA_BROKERS: required('the brokers, e.g. localhost:9092,localhost:9093'),
  SCHEMA_REGISTRY_URL: required("the schema registry's URL, e.g. http://localhost:8081"),
  REDIS_URL: required("Redis' URL, e.g. redis://localhost:6379"),
  KAFKA_CLIENT: z
    .enum(KAFKA_CLIENTS, { error: `is no Kafka client we know; set it to ${KAFKA_CLIENTS.join(' or ')}` })
    .default(KAFKA_CLIENTS[0]),
  KAFKA_SSL: z.stringbool().default(false),
  KAFKA_SASL_MECHANISM: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  HTTP_HOST: z.string().default('127.0.0.1'),
  HTTP_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  MUSTER_INSTANCE: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/, 'may have letters, digits, dots, hyphens and underscores, 100 at the most')
    .optional(),
  MUSTER_DRAIN_MS: z.coerce.number().int().min(0).max(600_000).default(20_000),
  MUSTER_CONCURRENCY: z.coerce.number().int().min(1).max(1_000).default(16),
});

export interface RuntimeConfig extends z.infer<typeof runtimeSchema> {
  readonly instance: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads what every agent needs and what this one declares. Throws a {@link ConfigError} that names each variable that is wrong. */
export function readConfig(
  definition: AgentDefinition,
  environment: Environment,
): { readonly runtime: RuntimeConfig; readonly config: unknown } {
  const troubles: string[] = [];
  const runtime = runtimeSchema.safeParse(environment);
  if (!runtime.success)
    for (const { path, message } of runtime.error.issues) troubles.push(`${path.join('.')}: ${message}`);
  const { KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD } = environment;
  if (KAFKA_SASL_MECHANISM !== undefined && (KAFKA_SASL_USERNAME === undefined || KAFKA_SASL_PASSWORD === undefined)) {
    troubles.push('KAFKA_SASL_MECHANISM: needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD as well');
  }

  const config = declaredConfig(definition, environment);
  if (config.troubles !== undefined) troubles.push(...config.troubles);

  if (!runtime.success || troubles.length > 0)
    throw new ConfigError(`agent ${definition.name} can't start with this environment:\n  ${troubles.join('\n  ')}`);
  const instance = runtime.data.MUSTER_INSTANCE ?? `${definition.name}-${hostname().slice(0, 40)}-${process.pid}`;
  return { runtime: { ...runtime.data, instance }, config: config.values };
}

/** Only what the agent itself declares, for those who run its handlers elsewhere. Throws as {@link readConfig} does. */
export function agentConfig(definition: AgentDefinition, environment: Environment): unknown {
  const { values, troubles } = declaredConfig(definition, environment);
  if (troubles === undefined) return values;
  throw new ConfigError(`agent ${definition.name} can't run with this environment:\n  ${troubles.join('\n  ')}`);
}

function declaredConfig(
  definition: AgentDefinition,
  environment: Environment,
): { readonly values?: unknown; readonly troubles?: readonly string[] } {
  const given = Object.fromEntries(
    Object.keys(definition.config.shape)
      .map((field) => [field, environment[variableOf(field)]] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
  );
  const { success, data, error } = definition.config.safeParse(given);
  return success
    ? { values: data }
    : { troubles: error.issues.map(({ path, message }) => `${variableOf(String(path[0]))}: ${message}`) };
}

/** `warmUpMs` is read from `MUSTER_WARM_UP_MS`. */
function variableOf(field: string): string {
  return `MUSTER_${field.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()}`;
}
