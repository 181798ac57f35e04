/** Where Kafka and the schema registry are: options first, then the environment, then the mesh that runs from the project. */
import { createConnection } from 'node:net';
import { Failure, misuse } from './failure.ts';
import { defaultDataDir } from './project.ts';

export interface GlobalOptions {
  readonly brokers?: string;
  readonly schemaRegistry?: string;
  readonly dataDir?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

export interface Addresses {
  readonly brokers: readonly string[];
  readonly schemaRegistryUrl: string;
}

/** An address and who gave it, for sentences. */
interface Given {
  readonly text: string;
  readonly by: string;
}

const LOCAL = 'the local mesh';

/** The folder of the local mesh: `--data-dir`, `MUSTER_DATA_DIR`, or `.muster/dev` in the project. */
export const dataDirOf = ({ dataDir }: GlobalOptions): string =>
  dataDir ?? (process.env['MUSTER_DATA_DIR'] || defaultDataDir);

/** Addresses at which somebody listens. Throws a Failure that says what is missing, where, and what to do. */
export async function findAddresses(options: GlobalOptions): Promise<Addresses> {
  const brokers = await findBrokers(options);
  const addresses = parseBrokers(brokers.text);
  const registry = await findRegistry(options, brokers);
  const answers = await Promise.all(addresses.map(isListening));
  if (!answers.includes(true))
    throw new Failure(`No Kafka broker answers at ${brokers.text} (from ${brokers.by}): ${remedyFor(brokers)}.`);
  await assertRegistry(registry);
  return { brokers: addresses, schemaRegistryUrl: registry.text };
}

/** The schema registry alone. Throws as {@link findAddresses} does. */
export async function findRegistryUrl(options: GlobalOptions): Promise<string> {
  const registry = await findRegistry(options);
  await assertRegistry(registry);
  return registry.text;
}

async function findBrokers(options: GlobalOptions): Promise<Given> {
  const given = givenAs(options.brokers, '--brokers', 'KAFKA_BROKERS');
  if (given) return given;
  const urls = await localUrls(options);
  if (urls) return { text: urls.kafkaBrokers, by: LOCAL };
  throw new Failure(
    'No Kafka is known, because no mesh runs here: start one with `muster up`, or name your own with --brokers or KAFKA_BROKERS.',
  );
}

async function findRegistry(options: GlobalOptions, brokers?: Given): Promise<Given> {
  const given = givenAs(options.schemaRegistry, '--schema-registry', 'SCHEMA_REGISTRY_URL');
  if (given) return given;
  const urls = await localUrls(options);
  // Another cluster's messages have the schema ids of another registry.
  if (urls && (brokers === undefined || brokers.text === urls.kafkaBrokers))
    return { text: urls.schemaRegistryUrl, by: LOCAL };
  throw new Failure(
    `No schema registry is known${brokers ? ` for the Kafka at ${brokers.text}` : ''}: name it with --schema-registry or SCHEMA_REGISTRY_URL, or start a mesh with \`muster up\`.`,
  );
}

function givenAs(option: string | undefined, flag: string, variable: string): Given | undefined {
  if (option !== undefined) return { text: option, by: flag };
  const value = process.env[variable];
  return value ? { text: value, by: variable } : undefined;
}

async function localUrls(options: GlobalOptions) {
  const { findUrls } = await import('./find-urls.ts');
  return findUrls(dataDirOf(options));
}

/** `host:port`, several separated by commas. Throws a Failure on what is none. */
function parseBrokers(text: string): string[] {
  const brokers = text.split(',').map((broker) => broker.trim());
  const wrong = brokers.find((broker) => !/^[^\s/]+:\d{1,5}$/.test(broker));
  if (wrong === undefined) return brokers;
  throw misuse(`The broker "${wrong}" is no address: write host:port, several separated by commas.`);
}

async function assertRegistry(registry: Given): Promise<void> {
  if (!URL.canParse(registry.text))
    throw misuse(
      `The schema registry "${registry.text}" (from ${registry.by}) is no URL: write one such as http://localhost:8081.`,
    );
  const { hostname, port, protocol, host } = new URL(registry.text);
  if (await isListening(`${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`)) return;
  throw new Failure(`No schema registry answers at ${host} (from ${registry.by}): ${remedyFor(registry)}.`);
}

const remedyFor = ({ by }: Given): string =>
  by === LOCAL
    ? 'end what is left of it with `muster down`, and start it again with `muster up`'
    : 'is the mesh up? Start it, or correct the address';

function isListening(address: string): Promise<boolean> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replaceAll(/[[\]]/g, '');
  return new Promise((resolve) => {
    const socket = createConnection({ host, port: Number(address.slice(colon + 1)), timeout: 3_000 });
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
