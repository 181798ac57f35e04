import type { AddressInfo } from 'node:net';
import express from 'express';
import { metricsOf } from './metrics.ts';
import type { RunningAgent } from './start-agent.ts';

export interface Probes {
  /** e.g. http://127.0.0.1:8080 */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * `/livez`: 200 unless only a restart helps; asks nobody outside the process. `/readyz`: 200 when the instance takes messages, else 503 with
 * the reason. `/metrics`: Prometheus text.
 */
export async function serveProbes(running: RunningAgent, host: string, port: number): Promise<Probes> {
  const metrics = metricsOf(running);
  const app = express();
  app.disable('x-powered-by');
  app.get('/livez', (_request, response) => {
    const reason = running.deadReason();
    response.status(reason === undefined ? 200 : 503).json({ isLive: reason === undefined, reason: reason ?? null });
  });
  app.get('/readyz', (_request, response) => {
    const reason = running.trouble();
    response.status(reason === undefined ? 200 : 503).json({ isReady: reason === undefined, reason: reason ?? null });
  });
  app.get('/metrics', async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.metrics());
  });
  app.use((_request, response) => {
    response.status(404).json({ title: 'Not found', detail: 'There is /livez, /readyz and /metrics.' });
  });
  const server = app.listen(port, host);
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`port ${port} on ${host} is taken; set HTTP_PORT to a free one, or to 0 for any`)
          : error,
      );
    });
  });
  server.headersTimeout = 5_000;
  server.requestTimeout = 10_000;
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
