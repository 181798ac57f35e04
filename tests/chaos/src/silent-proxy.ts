/** A TCP proxy in front of a broker that can go silent, as a network does that drops every packet: nothing is refused, nothing is answered. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface SilentProxy {
  /** Where it listens on 127.0.0.1. */
  readonly port: number;
  /**
   * While true nothing goes through, in neither direction. Afterwards what waited goes on, as TCP sends again what was dropped, on connections
   * that both ends still believe in.
   */
  silence(is: boolean): void;
  close(): void;
}

/** @param broker `host:port` */
export async function silentProxy(broker: string): Promise<SilentProxy> {
  const [host = '', port = ''] = broker.split(':');
  const sockets = new Set<Socket>();
  let isSilent = false;
  let waiting: (() => void)[] = [];

  const join = (near: Socket): void => {
    if (near.destroyed) return;
    const far = connect(Number(port), host);
    sockets.add(far);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('data', (bytes) => {
        if (!other.write(bytes)) one.pause();
      });
      other.on('drain', () => {
        if (!isSilent) one.resume();
      });
      // An end that the other side does not hear of while the network is silent.
      one.on('close', () => {
        sockets.delete(one);
        if (isSilent) waiting.push(() => other.destroy());
        else other.destroy();
      });
    }
    far.on('error', () => undefined);
  };
  const server = createServer((near) => {
    sockets.add(near);
    near.on('error', () => undefined);
    near.on('close', () => sockets.delete(near));
    if (!isSilent) return join(near);
    near.pause();
    waiting.push(() => {
      near.resume();
      join(near);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    silence(is) {
      isSilent = is;
      for (const socket of sockets) {
        if (is) socket.pause();
        else socket.resume();
      }
      if (is) return;
      const resumed = waiting;
      waiting = [];
      for (const resume of resumed) resume();
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
