/** One connection to one broker, made when it is first used and again after it broke. */
import { isIP } from 'node:net';
import { Connection, type ConnectionOptions as TheirOptions, type SASLMechanismValue } from '@platformatic/kafka';
import type { Address, ConnectionOptions } from '../kafka/log-options.ts';
import { LogUnavailableError } from '../log.ts';

/** A request of Kafka's protocol in one version, as the library offers them. */
export interface Api<Arguments extends unknown[], Answer> {
  async(connection: Connection, ...args: Arguments): Promise<Answer>;
}

export interface Link {
  /** Rejects when there is no connection, no answer in time (the connection is cut then), or an answer with an error. */
  call<Arguments extends unknown[], Answer>(api: Api<Arguments, Answer>, ...args: Arguments): Promise<Answer>;
  /** Cuts the connection, for good; what waits for an answer is rejected. */
  close(): void;
}

const KEEP_ALIVE_MS = 15_000;
const CONNECT_TIMEOUT_MS = 3_000;

/** @param timeoutMs longest wait for an answer */
export function linkTo(broker: Address, options: ConnectionOptions, timeoutMs: number): Link {
  let current: Connection | undefined;
  let connecting: Promise<Connection> | undefined;
  let isClosed = false;

  const open = async (): Promise<Connection> => {
    const connection = new Connection(options.clientId, theirOptions(broker, options, timeoutMs));
    current = connection;
    const forget = () => {
      if (current !== connection) return;
      current = undefined;
      connecting = undefined;
    };
    // Without a listener an error would end the process; whoever waits for an answer is told anyway.
    connection.on('error', forget).on('close', forget);
    const { host, port } = options.route?.(broker) ?? broker;
    try {
      await connection.connect(host, port);
    } catch (error) {
      forget();
      connection.socket?.destroy();
      throw error;
    }
    connection.socket.setKeepAlive(true, KEEP_ALIVE_MS);
    if (isClosed) cut();
    return connection;
  };
  const cut = () => {
    const socket = current?.socket;
    current = undefined;
    connecting = undefined;
    // With an error, because the library tells who waits for a connection of `error`, not of `close`.
    socket?.destroy(new Error(`the connection to ${broker.host}:${broker.port} was cut`));
  };

  return {
    async call(api, ...args) {
      if (isClosed) throw new LogUnavailableError(`The connection to ${broker.host}:${broker.port} is closed.`);
      connecting ??= open();
      return api.async(await connecting, ...args);
    },
    close() {
      isClosed = true;
      cut();
    },
  };
}

function theirOptions(
  { host }: Address,
  { ssl, sasl, requestTimeoutMs }: ConnectionOptions,
  timeoutMs: number,
): TheirOptions {
  return {
    connectTimeout: Math.min(CONNECT_TIMEOUT_MS, requestTimeoutMs),
    requestTimeout: timeoutMs,
    ...(ssl === undefined || ssl === false ? {} : { tls: ssl === true ? {} : ssl }),
    ...(ssl && !isIP(host) ? { tlsServerName: host } : {}),
    ...(sasl ? { sasl: { ...sasl, mechanism: sasl.mechanism.toUpperCase() as SASLMechanismValue } } : {}),
  };
}
