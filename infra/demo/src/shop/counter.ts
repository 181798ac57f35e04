/** The shop's door: its routes over HTTP, and what it measures of each request. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { LockCrowdedError } from './lock.ts';
import { routes, type Route } from './routes.ts';
import type { Shop } from './shop.ts';
import type { Answered } from './tally.ts';

interface Answer {
  readonly status: number;
  readonly body: object;
}

export interface Measuring {
  answered(request: Answered): void;
  /** An order of this value, in euros, was placed. */
  sold(value: number): void;
}

/** Serves `GET /catalog?q=`, `POST /cart?customer=&product=` and `POST /checkout?customer=`; the caller lets it listen. */
export function counterOf(shop: Shop, measuring: Measuring): Server {
  return createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://shop');
    const route = routes.find((known) => known === url.pathname);
    if (route === undefined) {
      say(response, { status: 404, body: { title: 'Not found', detail: `There are ${routes.join(', ')}.` } });
      return;
    }
    const beganAt = performance.now();
    void serve();

    async function serve(): Promise<void> {
      const answer = await answerTo(shop, route!, request, url.searchParams, measuring);
      say(response, answer);
      measuring.answered({ route: route!, latencyMs: performance.now() - beganAt, isError: answer.status >= 500 });
    }
  });
}

async function answerTo(
  shop: Shop,
  route: Route,
  { method }: IncomingMessage,
  query: URLSearchParams,
  { sold }: Measuring,
): Promise<Answer> {
  const wanted = route === '/catalog' ? 'GET' : 'POST';
  if (method !== wanted) return { status: 405, body: { title: 'Not allowed', detail: `Use ${wanted}.` } };
  const customer = query.get('customer') ?? 'somebody';
  try {
    if (route === '/catalog') return { status: 200, body: { products: await shop.browse(query.get('q') ?? '') } };
    if (route === '/cart') {
      const product = Math.abs(Math.trunc(Number(query.get('product')))) || 0;
      return { status: 200, body: { products: await shop.collect(customer, product) } };
    }
    const order = await shop.order(customer);
    if (order === undefined) return { status: 402, body: { title: 'The payment was declined' } };
    sold(order.value);
    return { status: 201, body: order };
  } catch (error) {
    if (error instanceof LockCrowdedError) return { status: 503, body: { title: 'Too busy', detail: error.message } };
    return { status: 500, body: { title: 'A fault of the shop', detail: String(error) } };
  }
}

export function say(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
