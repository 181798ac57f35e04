// Customers, as a process of its own: asks the shop at SHOP_URL for something, about 50 times a second.
import { Agent, request } from 'node:http';
import { asCompanion, tellStarter, type Begun } from '../companion-side.ts';
import { nextArrival, nextVisit } from './customers.ts';

const perSecond = 50;
const patienceMs = 30_000;
const tellEveryMs = 500;

const count = { served: 0, refused: 0 };

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
  const telling = setInterval(
    () => tellStarter({ kind: 'visits', who: 'customers', ...count, at: Date.now() }),
    tellEveryMs,
  );
  return {
    urls: {},
    async end() {
      clearTimeout(timer);
      clearInterval(telling);
      agent.destroy();
    },
  };
});

function visit(shopUrl: string, agent: Agent): void {
  const { method, path, address } = nextVisit();
  const headers = { 'x-forwarded-for': address };
  const asking = request(new URL(path, shopUrl), { agent, method, headers, timeout: patienceMs });
  asking.on('response', (response) => {
    count[response.statusCode === 403 ? 'refused' : 'served'] += 1;
    response.resume();
  });
  asking.on('timeout', () => asking.destroy());
  // What customers do not get, the shop's own figures say.
  asking.on('error', () => {});
  asking.end();
}
