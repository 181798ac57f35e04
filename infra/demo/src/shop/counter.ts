/** The door of one instance of the shop: its routes over HTTP. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { JournalError } from './journal.ts';
import { LockCrowdedError } from './lock.ts';
import { PaymentsDownError } from './payments.ts';
import { healthRoute, routes, valueHeader, type Route } from './routes.ts';
import type { Shop } from './shop.ts';

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Serves `GET /catalog?q=`, `POST /cart?customer=&product=`, `POST /checkout?customer=` and `GET /health`; the caller lets it listen.
 * @param broken told when the shop can't go on
 */
export function counterOf(shop: Shop, broken: (error: JournalError) => void): Server {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://shop');
    const route = ([...routes, healthRoute] as const).find((known) => known === url.pathname);
    if (route === undefined) {
      const detail = `There are ${[...routes, healthRoute].join(', ')}.`;
      say(response, { status: 404, body: { title: 'Not found', detail } });
      return;
    }
    answerTo(shop, route, request, url.searchParams).then(
      (answer) => say(response, answer),
      (error: unknown) => {
        if (error instanceof JournalError) return broken(error);
        if (error instanceof PaymentsDownError)
          return say(response, { status: 502, body: { title: 'Nothing can be paid', detail: error.message } });
        const isCrowded = error instanceof LockCrowdedError;
        const title = isCrowded ? 'Too busy' : 'A fault of the shop';
        return say(response, { status: isCrowded ? 503 : 500, body: { title, detail: String(error) } });
      },
    );
  });
  // Whoever holds a connection open may use it at any time.
  server.keepAliveTimeout = 0;
  return server;
}

async function answerTo(
  shop: Shop,
  route: Route | typeof healthRoute,
  { method }: IncomingMessage,
  query: URLSearchParams,
): Promise<Answer> {
  const wanted = route === '/catalog' || route === healthRoute ? 'GET' : 'POST';
  if (method !== wanted) return { status: 405, body: { title: 'Not allowed', detail: `Use ${wanted}.` } };
  const customer = query.get('customer') ?? 'somebody';
  if (route === healthRoute) {
    await shop.check();
    return { status: 200, body: { isHealthy: true } };
  }
  if (route === '/catalog') return { status: 200, body: { products: await shop.browse(query.get('q') ?? '') } };
  if (route === '/cart') {
    const product = Math.abs(Math.trunc(Number(query.get('product')))) || 0;
    return { status: 200, body: { products: await shop.collect(customer, product) } };
  }
  const order = await shop.order(customer);
  if (order === undefined) return { status: 402, body: { title: 'The payment was declined' } };
  return { status: 201, body: order, headers: { [valueHeader]: String(order.value) } };
}

export function say(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
