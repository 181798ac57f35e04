/** How a target is checked; the scheme of the address says it. */
export type CheckKind = 'http' | 'tcp' | 'tls' | 'postgres' | 'redis' | 'kafka' | 'report' | 'system';

const kinds: Readonly<Record<string, CheckKind>> = {
  'http:': 'http',
  'https:': 'http',
  'tcp:': 'tcp',
  'tls:': 'tls',
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
  'redis:': 'redis',
  'rediss:': 'redis',
  'kafka:': 'kafka',
  'report+http:': 'report',
  'report+https:': 'report',
  'system:': 'system',
};

const needsPort: ReadonlySet<CheckKind> = new Set(['tcp', 'tls', 'kafka']);
const variable = /\$\{([A-Za-z_]\w*)\}/g;

/** What is wrong with an address, as a sentence; undefined where nothing is. Variables of the environment may stand in it as `${NAME}`. */
export function addressProblem(address: string): string | undefined {
  const filled = withoutVariables(address);
  const kind = kindOf(address);
  if (kind === undefined)
    return `"${shown(address)}" has no scheme that is known: begin with http://, https://, tcp://, tls://, postgres://, redis://, rediss://, kafka://, report+http(s):// or system:`;
  if (kind === 'system') return undefined;
  const hosts = kind === 'kafka' ? brokersOf(filled) : [filled];
  for (const host of hosts) {
    const url = URL.canParse(host) ? new URL(host) : undefined;
    if (url === undefined || url.hostname === '') return `"${shown(address)}" names no host: write ${example(kind)}`;
    if (needsPort.has(kind) && url.port === '') return `"${shown(address)}" names no port: write ${example(kind)}`;
  }
  return undefined;
}

export function kindOf(address: string): CheckKind | undefined {
  const scheme = /^[a-z][a-z+]*:/.exec(address)?.[0];
  return scheme === undefined ? undefined : kinds[scheme];
}

/** `kafka://a:9092,b:9092` as an address for each broker. */
export function brokersOf(address: string): readonly string[] {
  return address
    .replace('kafka://', '')
    .split(',')
    .map((broker) => `kafka://${broker.trim()}`);
}

/** An address that may be shown to people: without user and password. */
export function shown(address: string): string {
  return address.replace(/\/\/[^/@\s]*@/, '//').slice(0, 200);
}

/** Puts in the variables that stand in an address. Throws an Error with a sentence when one is not set. */
export function resolveAddress(address: string, environment: Readonly<Record<string, string | undefined>>): string {
  return address.replaceAll(variable, (_, name: string) => {
    const value = environment[name];
    if (value === undefined)
      throw new Error(`${name}, which stands in its address, is not set: set it for the agent health`);
    return encodeURIComponent(value);
  });
}

function withoutVariables(address: string): string {
  return address.replaceAll(variable, '0');
}

function example(kind: CheckKind): string {
  return kind === 'http' || kind === 'report' ? 'https://host/path' : `${kind}://host:port`;
}
