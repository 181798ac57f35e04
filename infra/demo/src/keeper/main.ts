// The keeper of the shop, as a process of its own: keeps its instances running behind one door, and publishes what it measures there.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type Client } from '@muster/client';
import { messageOf } from '@muster/resilience';
import { asCompanion, tellStarter, type Begun } from '../companion-side.ts';
import type { Fault } from '../shop/fault.ts';
import { closeDoor, listen } from '../shop/listening.ts';
import { backDoorOf } from './back-door.ts';
import { frontOf } from './front.ts';
import { guardOf } from './guard.ts';
import { startInstance } from './instance.ts';
import { keeperOf, type Keeper } from './keeper.ts';
import { reportOn } from './report.ts';
import { targetsOf } from './targets.ts';

const { SHOP_TARGET: target = 'shop', SHOP_FAULT, SHOP_STATE_DIR: stateDir = '', SHOP_NEVER_BLOCKED } = process.env;
const instances = 2;
const fault = (SHOP_FAULT ?? 'slow') as Fault;
const crashBackoff = { initialMs: 500, factor: 2, maxMs: 8_000, maxAttempts: 8 };

let isBroken = false;
const keeper = keeperOf({
  target,
  backoff: crashBackoff,
  log: (line) => console.error(line),
  async start({ place, generation }) {
    const instance = await startInstance(join(stateDir, `${place}-${generation}`));
    // What is not the shop's own fault is there again.
    if (isBroken && fault === 'unfixable') instance.tell(fault);
    return instance;
  },
});
const report = reportOn(target);
/** Only where somebody says who is never to be kept out. */
const guard = SHOP_NEVER_BLOCKED === undefined ? undefined : guardOf(target, SHOP_NEVER_BLOCKED.split(','));
/** The keeper, as others see it: when all instances are new, what was the matter with them is over. */
const renewing: Keeper = {
  ...keeper,
  async restart() {
    const change = await keeper.restart();
    if (fault !== 'unfixable') turn(false);
    return change;
  },
};

function turn(isOn: boolean): void {
  if (isOn === isBroken) return;
  isBroken = isOn;
  for (const instance of keeper.up()) instance.tell(isOn ? fault : null);
  tellStarter({ kind: 'fault', isOn, at: Date.now() });
}

/** Opens the shop, as soon as it is told where the mesh is. */
async function open(): Promise<Client> {
  await keeper.scale(instances);
  const client = await connect({ source: target, publishTimeoutMs: 10_000 });
  await client.publish('muster.topology.v1', targetsOf(target));
  await guard?.begin(client);
  report.begin(client);
  tellStarter({ kind: 'open' });
  return client;
}

await asCompanion(async (): Promise<Begun> => {
  if (stateDir === '') throw new Error('SHOP_STATE_DIR is not set: set it to a folder that may be emptied.');
  rmSync(stateDir, { recursive: true, force: true });
  const front = frontOf(keeper.up, report, guard);
  const isOn = {
    turn,
    get isOn() {
      return isBroken;
    },
  };
  const backDoor = backDoorOf(target, renewing, isOn);
  const [shop, keeperUrl] = await Promise.all([listen(front), listen(backDoor)]);
  let opened: Promise<Client> | undefined;
  process.on('message', (env: Record<string, string>) => {
    Object.assign(process.env, env);
    opened = open();
    opened.catch((error: unknown) => {
      console.error(messageOf(error));
      void keeper.end().finally(() => process.exit(1));
    });
  });
  return {
    urls: { shop, keeper: keeperUrl, fault: `${keeperUrl}/fault` },
    async end() {
      report.end();
      await Promise.all([closeDoor(front, 200), closeDoor(backDoor, 200), keeper.end()]);
      const client = await opened;
      await guard?.end();
      for (const { target: name } of targetsOf(target)) await client?.remove('muster.topology.v1', name);
      await client?.close(2_000);
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
});
