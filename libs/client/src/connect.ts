import { randomUUID } from 'node:crypto';
import { createBus, kafkaClientNamed, kafkaLog, registrySource } from '@muster/bus';
import type { Bus, KafkaClient, KafkaLogOptions } from '@muster/bus';
import { clientOn } from './client.ts';
import type { Client, ClientOptions } from './client.ts';

export interface ConnectOptions extends ClientOptions {
  /** `host:port` each. Default: `KAFKA_BROKERS`, separated by commas. */
  readonly brokers?: readonly string[];
  /** URL of the Confluent-compatible API; may hold user and password. Default: `SCHEMA_REGISTRY_URL`. */
  readonly schemaRegistry?: string;
  /** How this process calls itself at the broker. Default: the source and a random part. */
  readonly clientId?: string;
  /** TLS to the brokers: true, or Node's TLS options. Default: `KAFKA_SSL=true`. */
  readonly ssl?: KafkaLogOptions['ssl'];
  /** The Kafka client underneath. Default: `KAFKA_CLIENT`, else kafkajs. */
  readonly kafkaClient?: KafkaClient;
  /** Default: `KAFKA_SASL_MECHANISM`, `KAFKA_SASL_USERNAME` and `KAFKA_SASL_PASSWORD`. */
  readonly sasl?: KafkaLogOptions['sasl'];
}

/** Connects to the mesh. Throws as {@link connectBus} does. */
export async function connect(options: ConnectOptions): Promise<Client> {
  return clientOn(connectBus(options), options);
}

/**
 * The bus below a client, for tools that need more. Knows Kafka and the schema registry by address; nothing is sent or fetched before it is needed. Throws a sentence when an
 * address is missing or can't be one.
 */
export function connectBus(options: Omit<ConnectOptions, 'publishTimeoutMs'>): Bus {
  const { env } = process;
  const brokers = options.brokers ?? (env['KAFKA_BROKERS'] ?? '').split(',').map((broker) => broker.trim());
  const registry = options.schemaRegistry ?? env['SCHEMA_REGISTRY_URL'] ?? '';
  const wrong = brokers.find((broker) => !/^[^\s/]+:\d+$/.test(broker));
  if (brokers.join('') === '')
    throw new Error('Kafka is nowhere: set KAFKA_BROKERS, or give brokers, e.g. ["localhost:9092"].');
  if (wrong !== undefined)
    throw new Error(`The broker "${wrong}" is no address: write host:port, e.g. localhost:9092.`);
  if (!URL.canParse(registry))
    throw new Error(
      `The schema registry's URL ${registry === '' ? 'is missing' : `"${registry}" is none`}: set SCHEMA_REGISTRY_URL, or give schemaRegistry, e.g. "http://localhost:8081".`,
    );
  const ssl = options.ssl ?? env['KAFKA_SSL'] === 'true';
  const sasl = options.sasl ?? saslOf(env);
  const clientId = options.clientId ?? `${options.source}-${randomUUID().slice(0, 8)}`;
  const client = options.kafkaClient ?? kafkaClientNamed(env['KAFKA_CLIENT']);
  const log = kafkaLog({ client, brokers, clientId, ssl, ...(sasl && { sasl }) });
  return createBus({ log, schemas: registrySource(registry) });
}

function saslOf(env: NodeJS.ProcessEnv): KafkaLogOptions['sasl'] {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = env;
  if (!mechanism) return undefined;
  return { mechanism, username: username ?? '', password: password ?? '' } as KafkaLogOptions['sasl'];
}
