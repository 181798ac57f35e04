/** A TCP proxy before the brokers that can refuse, cut and swallow, for one client under test. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Address } from '../../src/kafka/log-options.ts';

export interface FaultProxy {
  /** For `kafkaLog`'s `route`. */
  route(broker: Address): Address;
  /** Cuts every connection and refuses new ones. */
  down(): void;
  /** Connections that exist go dead without a word; new ones work. */
  swallow(): void;
  /** Takes new connections again. */
  up(): void;
  readonly connections: number;
  close(): void;
}

/** In front of one broker: `host:port`. */
export async function faultProxy(broker: string): Promise<FaultProxy> {
  const [host, port] = broker.split(':') as [string, string];
  const pairs = new Set<{ readonly near: Socket; readonly far: Socket }>();
  let isDown = false;

  const server = createServer((near) => {
    if (isDown) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), host);
    const pair = { near, far };
    pairs.add(pair);
    near.pipe(far).pipe(near);
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };

  return {
    route: () => at,
    down() {
      isDown = true;
      for (const { near } of pairs) near.destroy();
    },
    swallow() {
      for (const { near, far } of pairs) {
        near.unpipe(far);
        far.unpipe(near);
        near.resume();
        far.resume();
      }
    },
    up() {
      isDown = false;
    },
    get connections() {
      return pairs.size;
    },
    close() {
      for (const { near } of pairs) near.destroy();
      server.close();
    },
  };
}
