/** Targets on loopback that behave as a test says. */
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { key } from './certificates.ts';

export interface Served {
  readonly port: number;
  stop(): Promise<void>;
}

export function serveHttp(listener: RequestListener): Promise<Served> {
  return listening(createHttp(listener));
}

/** On a port of the system's choice, unless one is given. */
export function serveTcp(listener: (socket: Socket) => void, port = 0): Promise<Served> {
  return listening(createTcp(listener), port);
}

export function serveTls(cert: string, listener: (socket: Socket) => void = () => undefined): Promise<Served> {
  return listening(createTls({ key, cert }, listener));
}

/** Sends letters without end, whatever it is asked, and tells how many bytes were taken. */
export function serveEndless(took: (bytes: number) => void): Promise<Served> {
  const part = Buffer.alloc(64 * 1_024, 'H');
  return serveTcp((socket) => {
    const send = (): void => {
      while (!socket.destroyed) {
        took(part.length);
        if (!socket.write(part)) return void socket.once('drain', send);
      }
    };
    send();
  });
}

async function listening(server: Server, wanted = 0): Promise<Served> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(wanted, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
