/** From a request to the closed door and back: a real HTTP server, the filter, the agent, and a person who lets the address in. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { clientOn } from '@muster/client';
import { allowListOf, blockListOf, followBlocks, httpFilter } from '@muster/containment';
import { logReader } from '@muster/ingest';
import { eventually, memoryMesh, type MemoryMesh } from '@muster/testkit';
import { afterEach, expect, it } from 'vitest';
import { security } from './agent.ts';

let mesh: MemoryMesh;
let server: Server;
afterEach(async () => {
  server.close();
  await mesh.stop();
});

it('keeps an attacker out of a shop, nobody else, until a person lets it in', async () => {
  mesh = await memoryMesh({ agents: [security], partitions: 2 });
  await mesh.start(security);
  const client = clientOn(mesh.bus, { source: 'shop' });
  const blocks = blockListOf(allowListOf({ entries: [] }));
  const following = await followBlocks((...parts) => client.consume('muster.blocks.v1', ...parts), blocks);
  const goesOn = httpFilter({ blocks, trustedProxies: ['127.0.0.1'] });
  server = createServer((request, response) => {
    if (goesOn(request, response)) response.end('welcome');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const read = logReader('web');

  /** Asks as from this address, and tells the mesh of it as an access log would. */
  const ask = async (address: string, path: string): Promise<number> => {
    const { status } = await fetch(new URL(path, url), { headers: { 'x-forwarded-for': address } });
    const time = `${new Date().toUTCString().slice(5, 16).replaceAll(' ', '/')}:${new Date().toISOString().slice(11, 19)} +0000`;
    const line = `${address} - - [${time}] "GET ${path} HTTP/1.1" ${status} 7 "-" "Mozilla/5.0"`;
    const reading = read(line, { now: Date.now(), target: 'shop' });
    if (reading.kind !== 'sightings') throw new Error('the line was not read');
    await client.publish('muster.security-events.v1', reading.sightings);
    await mesh.idle();
    return status;
  };

  const attack = "/catalog?q=1'%20or%20'1'='1";
  const [attacker, customer] = ['203.0.113.7', '198.51.100.4'];
  expect([await ask(attacker, attack), await ask(attacker, attack)]).toEqual([200, 200]);
  await eventually(() => blocks.find(attacker, Date.now()) !== undefined);
  expect([await ask(attacker, '/'), await ask(`::ffff:${attacker}`, '/'), await ask(customer, '/')]).toEqual([
    403, 403, 200,
  ]);

  const now = Date.now();
  const release = { address: attacker, startsAt: now, endsAt: now + 60_000, decidedBy: 'ann' };
  await client.publish('muster.blocks.v1', { ...release, status: 'RELEASED' });
  await eventually(() => blocks.find(attacker, Date.now()) === undefined);
  for (let nth = 0; nth < 4; nth += 1) expect(await ask(attacker, attack)).toBe(200);
  const made = (await mesh.read('muster.blocks.v1')).filter(({ value }) => value.status === 'ACTIVE');
  expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  await following.stop();
});
