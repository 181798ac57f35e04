import { Client } from 'pg';

/** One connection, as the vendor's client has it. */
export type PostgresClient = Client;

export interface PostgresClientOptions {
  /** `postgres://user:password@host:5432/database` */
  readonly address: string;
  /** As the server lists it. */
  readonly applicationName: string;
  readonly connectWithinMs: number;
  /** How long a statement may take. Default: as long as it likes. */
  readonly answerWithinMs?: number;
}

/** A client that is not connected yet. Throws an Error on an address that is none. */
export function postgresClient({
  address,
  applicationName,
  connectWithinMs,
  answerWithinMs,
}: PostgresClientOptions): PostgresClient {
  const client = new Client({
    connectionString: address,
    application_name: applicationName,
    connectionTimeoutMillis: connectWithinMs,
    ...(answerWithinMs !== undefined && { query_timeout: answerWithinMs }),
  });
  // It speaks up once more when its connection is broken off; without a listener that would end the process.
  client.on('error', () => undefined);
  return client;
}
