/** The shop's front door: gives each request to an instance, in turn, and measures what customers get. */
import { Agent, createServer, request as ask, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { say } from '../shop/counter.ts';
import { routes, valueHeader } from '../shop/routes.ts';
import type { Guard } from './guard.ts';
import type { Answered } from './tally.ts';

export interface Measuring {
  /** Somebody came. */
  asked(route: string): void;
  answered(request: Answered): void;
  /** An order of this value, in euros, was placed. */
  sold(value: number): void;
}

/** Serves what the instances serve, to whom the guard lets in; the caller lets it listen. */
export function frontOf(
  up: () => readonly { readonly url: string }[],
  measuring: Measuring,
  guard?: Pick<Guard, 'letsIn'>,
): Server {
  const agent = new Agent({ keepAlive: true });
  let turn = 0;
  const server = createServer((request, response) => {
    if (guard?.letsIn(request, response) === false) return;
    const beganAt = performance.now();
    const instances = up();
    const instance = instances[(turn += 1) % Math.max(1, instances.length)];
    const { pathname } = new URL(request.url ?? '/', 'http://shop');
    const route = routes.find((known) => known === pathname);
    if (route !== undefined) measuring.asked(route);
    response.once('close', () => {
      if (route === undefined) return;
      measuring.answered({ route, latencyMs: performance.now() - beganAt, isError: response.statusCode >= 500 });
    });
    if (instance === undefined) {
      const detail = 'No instance of the shop is running.';
      return say(response, { status: 503, body: { title: 'The shop is closed', detail } });
    }
    return pass(new URL(request.url ?? '/', instance.url), request, response);
  });
  function pass(url: URL, request: IncomingMessage, response: ServerResponse): void {
    const { method = 'GET', headers } = request;
    const asking = ask(url, { agent, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, { 'content-type': answer.headers['content-type'] });
      answer.pipe(response);
      const value = answer.headers[valueHeader];
      if (value !== undefined) measuring.sold(Number(value));
    });
    asking.on('error', ({ message }) => {
      if (response.headersSent) return response.destroy();
      return say(response, { status: 502, body: { title: 'The instance that was asked is gone', detail: message } });
    });
    request.pipe(asking);
  }
  return server;
}
