// The shop as a process of its own: opens its doors, and publishes what it measures of itself to the mesh.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from '@muster/client';
import { asCompanion, tellStarter, type Begun } from '../companion-side.ts';
import { backDoorOf } from './back-door.ts';
import { counterOf } from './counter.ts';
import { reportOn } from './report.ts';
import { openShop } from './shop.ts';

const target = process.env['SHOP_TARGET'] || 'shop';

await asCompanion(async (): Promise<Begun> => {
  const client = await connect({ source: target, publishTimeoutMs: 10_000 });
  await client.publish('muster.topology.v1', {
    target,
    description: 'The web shop of the demo',
    owner: 'team-shop',
    tier: 'CRITICAL',
    labels: { system: 'demo' },
  });
  const report = reportOn(client, target);
  const shop = openShop();
  const doors = [
    counterOf(shop, report),
    backDoorOf(shop, (isOn) => tellStarter({ kind: 'fault', isOn, at: Date.now() })),
  ];
  const [url, adminUrl] = await Promise.all(doors.map(listen));
  return {
    urls: { shop: url!, fault: `${adminUrl}/fault` },
    async end() {
      report.end();
      for (const door of doors) {
        door.close();
        door.closeAllConnections();
      }
      await client.remove('muster.topology.v1', target);
      await client.close(2_000);
    },
  };
});

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}
