/** The shop's other door, on a port of its own: here it can be broken and repaired. */
import { createServer, type Server } from 'node:http';
import { say } from './counter.ts';
import type { Shop } from './shop.ts';

/** Serves `/fault`: POST switches the fault on, DELETE lifts it, GET tells. */
export function backDoorOf(shop: Shop, changed: (isBroken: boolean) => void): Server {
  return createServer((request, response) => {
    const isFault = request.url === '/fault';
    const wanted = new Map([
      ['POST', true],
      ['DELETE', false],
      ['GET', shop.isBroken],
    ]).get(request.method ?? '');
    if (!isFault || wanted === undefined) {
      const detail = 'POST /fault switches the fault on, DELETE /fault lifts it.';
      say(response, { status: isFault ? 405 : 404, body: { title: 'There is nothing else here', detail } });
      return;
    }
    const isChange = wanted !== shop.isBroken;
    shop.isBroken = wanted;
    if (isChange) changed(wanted);
    say(response, { status: 200, body: { isBroken: wanted } });
  });
}
