/** The guard at the shop's front door: tells the mesh who asked for what, and keeps out whom the mesh blocks. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Client } from '@muster/client';
import { allowListOf, blockListOf, clientAddressOf, followBlocks, httpFilter } from '@muster/containment';
import { logReader, type Sighting } from '@muster/ingest';
import { messageOf } from '@muster/resilience';
import { accessLine } from './access-line.ts';

export interface Guard {
  /** Whether a request may go on; if not, it was answered with 403. */
  letsIn(request: IncomingMessage, response: ServerResponse): boolean;
  /** From now on tells of each request, and follows the blocks. */
  begin(client: Client): Promise<void>;
  end(): Promise<void>;
}

/** The front listens on loopback alone, so whoever connects is a process of this machine, and stands for the address it names. */
const trustedProxies = ['127.0.0.1', '::1'];
const tellEveryMs = 100;
const mostUntold = 5_000;

/** @param allowed addresses and ranges that are never kept out here, whatever was decided elsewhere */
export function guardOf(target: string, allowed: readonly string[]): Guard {
  const blocks = blockListOf(allowListOf({ entries: allowed }));
  const isLetIn = httpFilter({ blocks, trustedProxies });
  const addressOf = clientAddressOf(trustedProxies);
  const read = logReader('web');
  let untold: Sighting[] = [];
  let following: Awaited<ReturnType<typeof followBlocks>> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const note = (request: IncomingMessage, { statusCode: status }: ServerResponse): void => {
    const { method = 'GET', url = '/', headers } = request;
    const asked = { address: addressOf(request), method, url, status, userAgent: headers['user-agent'] ?? '' };
    const reading = read(accessLine(asked, new Date()), { now: Date.now(), target });
    if (reading.kind === 'sightings' && untold.length < mostUntold) untold.push(...reading.sightings);
  };
  return {
    letsIn(request, response) {
      response.once('close', () => note(request, response));
      return isLetIn(request, response);
    },
    async begin(client) {
      following = await followBlocks((...parts) => client.consume('muster.blocks.v1', ...parts), blocks);
      timer = setInterval(() => {
        const telling = untold;
        untold = [];
        if (telling.length === 0) return;
        client.publish('muster.security-events.v1', telling).catch((error: unknown) => console.error(messageOf(error)));
      }, tellEveryMs);
    },
    async end() {
      clearInterval(timer);
      await following?.stop(1_000);
    },
  };
}
