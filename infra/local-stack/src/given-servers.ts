import { isListening } from './readiness.ts';
import { stackError } from './stack-error.ts';

/** The servers the environment names; nothing is started for these. */
export type GivenServers = {
  readonly kafkaBrokers?: string;
  readonly schemaRegistryUrl?: string;
  readonly redisUrl?: string;
};

/** Reads `KAFKA_BROKERS`, `SCHEMA_REGISTRY_URL` and `REDIS_URL`; an empty one counts as not set. */
export function givenServers(env: NodeJS.ProcessEnv): GivenServers {
  return {
    ...(env['KAFKA_BROKERS'] && { kafkaBrokers: env['KAFKA_BROKERS'] }),
    ...(env['SCHEMA_REGISTRY_URL'] && { schemaRegistryUrl: env['SCHEMA_REGISTRY_URL'] }),
    ...(env['REDIS_URL'] && { redisUrl: env['REDIS_URL'] }),
  };
}

/** Host and port of a URL, or of a bare `host:port`; undefined when there is no host in it. */
export function addressOf(text: string, defaultPort: number): { host: string; port: number } | undefined {
  try {
    const url = new URL(text.includes('://') ? text : `tcp://${text}`);
    if (url.hostname === '') return undefined;
    const port = Number(url.port) || (url.protocol === 'https:' ? 443 : defaultPort);
    return { host: url.hostname.replace(/^\[|\]$/g, ''), port };
  } catch {
    return undefined;
  }
}

async function check(variable: string, addresses: readonly string[], defaultPort: number): Promise<void> {
  const reachable = await Promise.all(
    addresses.map(async (text) => {
      const address = addressOf(text.trim(), defaultPort);
      return address !== undefined && (await isListening(address.host, address.port, 5_000));
    }),
  );
  if (reachable.some(Boolean)) return;
  throw stackError(
    'UNREACHABLE',
    `Nothing answers at ${addresses.join(', ')}, which ${variable} names: start that server, correct ${variable}, or unset it to have a local one started.`,
  );
}

/** Makes sure somebody listens at every given address. Throws `UNREACHABLE`. */
export async function checkGiven(given: GivenServers): Promise<void> {
  await Promise.all([
    given.kafkaBrokers === undefined ? undefined : check('KAFKA_BROKERS', given.kafkaBrokers.split(','), 9092),
    given.schemaRegistryUrl === undefined ? undefined : check('SCHEMA_REGISTRY_URL', [given.schemaRegistryUrl], 80),
    given.redisUrl === undefined ? undefined : check('REDIS_URL', [given.redisUrl], 6379),
  ]);
}
