/** The TCP connections of one kafkajs client, held so that a dead one can be cut and none outlives the client. */
import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import type { Address } from '../kafka/log-options.ts';

const KEEP_ALIVE_MS = 15_000;

export interface Sockets {
  readonly factory: ISocketFactory;
  /** Cuts the connections to a broker (`host:port`); kafkajs connects again when it next needs one. */
  cut(broker: string): void;
  /** Cuts all and allows no more, so that nothing kafkajs still has in mind can go on. */
  close(): void;
}

/** @param route where a broker is really reached */
export function trackedSockets(route: (broker: Address) => Address = (broker) => broker): Sockets {
  const open = new Map<Socket, string>();
  let isClosed = false;
  // Destroyed with an error, because kafkajs rejects its waiting requests on `error` and ignores `close`.
  const cutWhere = (isMeant: (broker: string) => boolean, reason: string) => {
    for (const [socket, broker] of open) if (isMeant(broker)) socket.destroy(new Error(reason));
  };

  return {
    factory({ host, port, ssl, onConnect }) {
      if (isClosed) throw new Error(`The client is closed; it does not connect to ${host}:${port} any more.`);
      const { host: to, port: at } = route({ host, port });
      const target = { host: to, port: at, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS, noDelay: true };
      const socket = ssl
        ? connectTls({ ...target, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
        : connect(target, onConnect);
      open.set(socket, `${host}:${port}`);
      socket.on('close', () => {
        open.delete(socket);
        // kafkajs does this to a dead socket again and again, and each time would leave a listener.
        socket.unref = () => socket;
      });
      return socket;
    },
    cut(broker) {
      cutWhere((of) => of === broker, `no answer from ${broker}, so the connection was cut`);
    },
    close() {
      isClosed = true;
      cutWhere(() => true, 'the client is closed');
    },
  };
}
