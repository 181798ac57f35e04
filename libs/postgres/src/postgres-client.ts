import { Socket } from 'node:net';
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
  /** Breaks off, with the code EMSGSIZE, when the server has sent more than so much over a connection without TLS. Default: as much as it likes. */
  readonly mostBytes?: number;
}

/** A client that is not connected yet. Throws an Error on an address that is none. */
export function postgresClient({
  address,
  applicationName,
  connectWithinMs,
  answerWithinMs,
  mostBytes,
}: PostgresClientOptions): PostgresClient {
  const client = new Client({
    connectionString: address,
    application_name: applicationName,
    connectionTimeoutMillis: connectWithinMs,
    ...(answerWithinMs !== undefined && { query_timeout: answerWithinMs }),
    ...(mostBytes !== undefined && { stream: () => bounded(mostBytes) }),
  });
  // It speaks up once more when its connection is broken off; without a listener that would end the process.
  client.on('error', () => undefined);
  return client;
}

/** The client holds a message until it is whole, and who speaks another protocol may begin one of a gigabyte. */
function bounded(mostBytes: number): Socket {
  const socket = new Socket();
  let heard = 0;
  socket.on('data', (part: Buffer) => {
    heard += part.length;
    if (heard > mostBytes)
      socket.destroy(Object.assign(new Error(`The server sent more than ${mostBytes} bytes.`), { code: 'EMSGSIZE' }));
  });
  return socket;
}
