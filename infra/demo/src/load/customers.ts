/** What the shop's customers do. */
import { exponential, type Random } from '../chance.ts';

export interface Visit {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Where the customer sits. */
  readonly address: string;
}

const words = ['lamp', 'oak', 'chair', 'glass', 'rug', 'wool', 'clock'];
/** Few enough that carts are as full at first as they are later. */
const customers = 60;

/** The next request of some customer: more than half browse, a quarter collect, a fifth order. */
export function nextVisit(random: Random = Math.random): Visit {
  const choice = random();
  const customer = Math.floor(random() * customers);
  // Of a range for documentation (RFC 5737).
  const address = `198.51.100.${customer + 1}`;
  if (choice < 0.55)
    return { method: 'GET', path: `/catalog?q=${words[Math.floor(random() * words.length)]}`, address };
  if (choice < 0.8)
    return { method: 'POST', path: `/cart?customer=${customer}&product=${Math.floor(random() * 2_000)}`, address };
  return { method: 'POST', path: `/checkout?customer=${customer}`, address };
}

/**
 * When the next customer comes, epoch ms: they come independently of each other and of how long the shop takes. Those of a moment at which this
 * process was held up stay away: catching up would be a rush that nobody asked for.
 */
export function nextArrival(lastAt: number, now: number, perSecond: number, random: Random = Math.random): number {
  return Math.max(now, lastAt + exponential(1_000 / perSecond, random));
}
