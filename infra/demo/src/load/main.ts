// Customers, as a process of its own: asks the shop at SHOP_URL for something, about 50 times a second.
import { Agent, request } from 'node:http';
import { asCompanion, type Begun } from '../companion-side.ts';
import { nextArrival, nextVisit } from './customers.ts';

const perSecond = 50;
const patienceMs = 30_000;

await asCompanion(async (): Promise<Begun> => {
  const shopUrl = process.env['SHOP_URL'];
  if (shopUrl === undefined) throw new Error('SHOP_URL is not set: set it to the URL of the shop.');
  const agent = new Agent({ keepAlive: true });
  let timer: NodeJS.Timeout | undefined;
  const next = (lastAt: number): void => {
    const at = nextArrival(lastAt, Date.now(), perSecond);
    timer = setTimeout(() => {
      visit(shopUrl, agent);
      next(at);
    }, at - Date.now());
  };
  next(Date.now());
  return {
    urls: {},
    async end() {
      clearTimeout(timer);
      agent.destroy();
    },
  };
});

function visit(shopUrl: string, agent: Agent): void {
  const { method, path } = nextVisit();
  const asking = request(new URL(path, shopUrl), { agent, method, timeout: patienceMs });
  asking.on('response', (response) => response.resume());
  asking.on('timeout', () => asking.destroy());
  // What customers do not get, the shop's own figures say.
  asking.on('error', () => {});
  asking.end();
}
