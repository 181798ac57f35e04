/** A TCP proxy in front of a server, which breaks connections at chosen moments. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface FaultyProxy {
  /** The given URL, by way of the proxy. */
  readonly url: string;
  /** Lets the next request through, then breaks the connection when its answer comes. Resolves when it did. */
  cutBeforeAnswer(): Promise<void>;
  /** Lets so many bytes of the next request through, then breaks the connection. Resolves when it did. */
  cutAfter(bytes: number): Promise<void>;
  /** While true, connections are accepted and nothing goes through. */
  swallow(is: boolean): void;
  /** While true, nothing listens and there are no connections. */
  refuse(is: boolean): Promise<void>;
  close(): Promise<void>;
}

type Cut = { readonly after: number; readonly done: () => void };

export async function startFaultyProxy(url: string): Promise<FaultyProxy> {
  const target = new URL(url);
  const clients = new Set<Socket>();
  let cut: Cut | undefined;
  let isSwallowing = false;

  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    clients.add(client);
    const end = () => {
      clients.delete(client);
      client.destroy();
      upstream.destroy();
    };
    const cutNow = () => {
      cut?.done();
      cut = undefined;
      end();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    client.on('data', (data: Buffer) => {
      if (isSwallowing) return;
      if (cut !== undefined && data.length >= cut.after) upstream.write(data.subarray(0, cut.after), cutNow);
      else upstream.write(data);
      if (cut !== undefined) cut = { ...cut, after: cut.after - data.length };
    });
    upstream.on('data', (data) => {
      if (cut !== undefined) cutNow();
      else if (!isSwallowing) client.write(data);
    });
  });

  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const client of clients) client.destroy();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const own = new URL(url);
  own.hostname = '127.0.0.1';
  own.port = String(port);
  const cutWhen = (after: number) => new Promise<void>((done) => (cut = { after, done }));

  return {
    url: own.href,
    cutBeforeAnswer: () => cutWhen(Infinity),
    cutAfter: cutWhen,
    swallow(is) {
      isSwallowing = is;
    },
    refuse: (is) => (is ? stop() : listen(port)),
    close: () => (server.listening ? stop() : Promise.resolve()),
  };
}
