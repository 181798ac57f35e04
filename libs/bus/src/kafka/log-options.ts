/** What a log on Kafka can be told, whichever client it uses. */
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { calm } from './calm-log.ts';
import type { ClientLogger } from './calm-log.ts';
import type { Gathering } from './gathering-producer.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Credentials {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

export interface ConnectionOptions {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** `true` for TLS with the system's certificates. */
  readonly ssl?: boolean | TlsOptions;
  readonly sasl?: Credentials;
  /** Longest wait for an answer before the connection counts as dead. */
  readonly requestTimeoutMs: number;
  readonly logger: ClientLogger;
  /** Where a broker is really reached, for tunnels and for tests of network faults. Default: where it says it is. */
  readonly route?: (broker: Address) => Address;
}

export interface Fetching {
  /** How long a broker holds a fetch that finds nothing. With kafkajs also how soon a rebalance is noticed. */
  readonly fetchMaxWaitMs: number;
  /** Bound on bytes a broker answers a fetch with. */
  readonly maxFetchBytes: number;
}

export interface LogOptions
  extends
    Pick<ConnectionOptions, 'brokers' | 'clientId' | 'ssl' | 'sasl' | 'route'>,
    Partial<Gathering>,
    Partial<Fetching> {
  /** Longest wait for a broker's answer. Default 8 s. */
  readonly requestTimeoutMs?: number;
  /** Hears what the client does about trouble. Default: nobody. */
  readonly logger?: ClientLogger;
}

const MIB = 1024 * 1024;
const DEFAULTS: Gathering & Fetching = {
  lingerMs: 2,
  deliveryTimeoutMs: 30_000,
  // With a batch's framing just below a broker's default limit.
  maxRecordBytes: MIB - 128,
  maxBufferedBytes: 16 * MIB,
  compression: 'none',
  fetchMaxWaitMs: 500,
  maxFetchBytes: 4 * MIB,
};

export function settingsOf(options: LogOptions): {
  readonly connection: ConnectionOptions;
  readonly settings: Gathering & Fetching;
} {
  const logger = calm(options.logger ?? (() => undefined));
  return {
    connection: { requestTimeoutMs: 8_000, ...options, logger },
    settings: { ...DEFAULTS, ...options },
  };
}
