/** Targets for health to check, all in this process: some answer, some never do, and some can be broken. */
import { createServer as createHttp } from 'node:http';
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net';

export interface HealthTargets {
  /** The file that declares them, as text. */
  readonly file: string;
  /** Those that answer over HTTP until they are broken. */
  readonly breakable: readonly string[];
  readonly hanging: ReadonlySet<string>;
  /** From now on it answers 503. */
  break(target: string): void;
  stop(): void;
}

export interface HealthTargetsOptions {
  readonly count: number;
  readonly hanging: number;
  readonly every: string;
}

/** Of ten targets eight are HTTP and two are TCP; those that hang are HTTP. */
export async function serveHealthTargets({ count, hanging, every }: HealthTargetsOptions): Promise<HealthTargets> {
  const broken = new Set<string>();
  const stuck = new Set<string>();
  const sockets = new Set<Socket>();
  const http = createHttp((request, response) => {
    const target = (request.url ?? '').slice(1);
    if (!stuck.has(target)) response.writeHead(broken.has(target) ? 503 : 200).end('ok');
  });
  const tcp = createTcp((socket) => void socket.on('error', () => undefined).resume());
  for (const server of [http, tcp])
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
  const [httpPort, tcpPort] = await Promise.all([http, tcp].map(portOf));
  const lines: string[] = [];
  const breakable: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const target = `target-${index}`;
    const isTcp = index % 10 >= 8;
    if (!isTcp && stuck.size < hanging) stuck.add(target);
    else if (!isTcp) breakable.push(target);
    const address = isTcp ? `tcp://127.0.0.1:${tcpPort}` : `http://127.0.0.1:${httpPort}/${target}`;
    lines.push(`  - { target: ${target}, checks: [{ address: "${address}", every: ${every} }] }`);
  }
  return {
    file: `targets:\n${lines.join('\n')}\n`,
    breakable,
    hanging: stuck,
    break: (target) => broken.add(target),
    stop() {
      for (const socket of sockets) socket.destroy();
      for (const server of [http, tcp]) server.close();
    },
  };
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, resolve));
  return (server.address() as AddressInfo).port;
}
