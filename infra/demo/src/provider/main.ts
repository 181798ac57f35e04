// The payment provider of the shop, outside of the house: a process of its own, at a port of 127.0.0.1 that it keeps when it is started again.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { logNormal } from '../chance.ts';
import { asCompanion, type Begun } from '../companion-side.ts';
import { say } from '../shop/counter.ts';
import { closeDoor, listen } from '../shop/listening.ts';
import { declinedShare, paymentMs } from '../shop/payments.ts';

const server = createServer((request, response) => {
  const asked = `${request.method} ${request.url}`;
  if (asked === 'GET /health') return say(response, { status: 200, body: { isHealthy: true } });
  if (asked !== 'POST /payments') {
    return say(response, { status: 404, body: { title: 'Not found', detail: 'There are /payments and /health.' } });
  }
  void sleep(logNormal(paymentMs.median, paymentMs.sigma)).then(() =>
    say(response, { status: 200, body: { isTaken: Math.random() >= declinedShare } }),
  );
});

await asCompanion(async (): Promise<Begun> => {
  const port = Number(process.env['PROVIDER_PORT'] ?? 0);
  return { urls: { provider: await listen(server, port) }, end: () => closeDoor(server, 200) };
});
