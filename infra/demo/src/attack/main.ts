// Somebody who attacks the shop at SHOP_URL from the address ATTACK_ADDRESS, as a process of its own, until it is ended.
import { setTimeout as sleep } from 'node:timers/promises';
import { asCompanion, tellStarter, type Begun } from '../companion-side.ts';
import type { Visitor } from '../sights.ts';
import { attackAt, pauseMs } from './requests.ts';

const patienceMs = 10_000;

await asCompanion(async (): Promise<Begun> => {
  const { SHOP_URL: shopUrl, ATTACK_ADDRESS: address, ATTACK_AS: who = 'attacker' } = process.env;
  if (shopUrl === undefined || address === undefined)
    throw new Error('SHOP_URL and ATTACK_ADDRESS are not set: set them to the URL of the shop and to an IP address.');
  const ended = new AbortController();
  void attack(shopUrl, address, who as Visitor, ended.signal);
  return {
    urls: {},
    async end() {
      ended.abort();
    },
  };
});

async function attack(shopUrl: string, address: string, who: Visitor, ended: AbortSignal): Promise<void> {
  let served = 0;
  let refused = 0;
  for (let index = 0; !ended.aborted; index += 1) {
    const status = await ask(new URL(attackAt(index), shopUrl), address, ended).catch(() => undefined);
    if (status === 403) refused += 1;
    else if (status !== undefined) served += 1;
    if (!ended.aborted) tellStarter({ kind: 'visits', who, served, refused, at: Date.now() });
    await sleep(pauseMs, undefined, { signal: ended }).catch(() => undefined);
  }
}

async function ask(url: URL, address: string, ended: AbortSignal): Promise<number> {
  const headers = { 'x-forwarded-for': address, 'user-agent': 'Mozilla/5.0' };
  const response = await fetch(url, { headers, signal: AbortSignal.any([ended, AbortSignal.timeout(patienceMs)]) });
  await response.arrayBuffer();
  return response.status;
}
