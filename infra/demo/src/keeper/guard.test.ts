import { createServer, type Server } from 'node:http';
import type { Client } from '@muster/client';
import type { Block, SecurityEventInput } from '@muster/schemas';
import { afterEach, expect, it } from 'vitest';
import { listen } from '../shop/listening.ts';
import { guardOf, type Guard } from './guard.ts';

let server: Server;
let guard: Guard;
afterEach(async () => {
  await guard.end();
  server.close();
});

it('tells who asked for what, and keeps out who is blocked but for whom it never does', async () => {
  const told: SecurityEventInput[] = [];
  let hear: (block: Block, message: { readonly key: string }) => unknown = () => undefined;
  const client = {
    consume: (_: string, __: object, callback: typeof hear) => {
      hear = callback;
      return Promise.resolve({ stop: () => Promise.resolve() });
    },
    publish: (_: string, events: readonly SecurityEventInput[]) => Promise.resolve(void told.push(...events)),
  } as unknown as Client;
  guard = guardOf('shop', ['192.0.2.0/24']);
  server = createServer((request, response) => {
    if (guard.letsIn(request, response)) response.end('welcome');
  });
  const url = await listen(server);
  await guard.begin(client);
  const ask = async (address: string) => (await fetch(url, { headers: { 'x-forwarded-for': address } })).status;

  expect([await ask('203.0.113.7'), await ask('192.0.2.10')]).toEqual([200, 200]);
  for (const address of ['203.0.113.7', '192.0.2.10'])
    hear({ address, status: 'ACTIVE', startsAt: 0, endsAt: Date.now() + 60_000, reason: '' } as Block, {
      key: address,
    });
  expect([await ask('203.0.113.7'), await ask('192.0.2.10'), await ask('198.51.100.4')]).toEqual([403, 200, 200]);
  await expect.poll(() => told.length).toBe(5);
  expect(told.map(({ address, outcome }) => `${address} ${outcome}`)).toContain('203.0.113.7 REFUSED');
  expect(told.every(({ target, kind }) => target === 'shop' && kind === 'REQUEST')).toBe(true);
});
