import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** The parts of an address that a socket needs. */
export function hostOf(
  address: string,
  usualPort: number,
): { readonly host: string; readonly port: number; readonly place: string } {
  const url = new URL(address);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? usualPort : Number(url.port);
  return { host, port, place: `${url.hostname}:${port}` };
}

/** Opens a connection, hands it on, and closes it whatever happens. Rejects with the socket's error or, when the signal is aborted, its reason. */
export async function withSocket<R>(
  { host, port, isTls = false }: { readonly host: string; readonly port: number; readonly isTls?: boolean },
  signal: AbortSignal,
  use: (socket: Socket) => Promise<R>,
): Promise<R> {
  const socket = isTls ? connectTls({ host, port, servername: host }) : connectTcp({ host, port });
  const failed = new Promise<never>((_, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  failed.catch(() => undefined);
  const used = (async () => {
    await once(socket, isTls ? 'secureConnect' : 'connect', { signal });
    return use(socket);
  })();
  used.catch(() => undefined);
  try {
    return await Promise.race([used, failed]);
  } finally {
    socket.destroy();
  }
}
