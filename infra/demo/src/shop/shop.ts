/** The shop itself: a catalogue, carts and orders in memory, a journal on disk, and one lock around the stock. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { logNormal } from '../chance.ts';
import { catalogueOf, search, type Product } from './catalogue.ts';
import type { Fault } from './fault.ts';
import type { Journal } from './journal.ts';
import { leakOf } from './leak.ts';
import { lockOf } from './lock.ts';
import type { Payments } from './payments.ts';

export interface Order {
  readonly id: number;
  /** In euros. */
  readonly value: number;
  readonly receipt: string;
}

export interface Shop {
  browse(word: string): Promise<readonly Product[]>;
  /** Puts a product into a customer's cart; gives the number of products in it. */
  collect(customer: string, product: number): Promise<number>;
  /**
   * Reserves stock, takes the payment, keeps the order; undefined when the payment is declined. Rejects with a `LockCrowdedError` when too many
   * others are at it, with a `PaymentsDownError` when nobody takes the payment, with a `JournalError` when it can't be written down.
   */
  order(customer: string): Promise<Order | undefined>;
  /** Does what an order does, but for ordering: whoever waits for it knows how long a customer would. */
  check(): Promise<void>;
  /** From now on this is the matter with it. */
  suffer(fault: Fault | null): void;
}

// So far above what a busy machine adds that its moods stay within what is usual.
const databaseMs = { median: 24, sigma: 0.45 };
const reserveMs = 2;
const countMs = 500;
const mostWaiting = 60;
const leakLimitMiB = 160;
const slowestSearchMs = 2_500;

export function openShop(journal: Journal, payments: Payments): Shop {
  const catalogue = catalogueOf(2_000);
  const carts = new Map<string, Product[]>();
  const stock = lockOf(mostWaiting);
  const leak = leakOf(leakLimitMiB, slowestSearchMs);
  let fault: Fault | null = null;
  let receipt = '';
  const askDatabase = () => sleep(logNormal(databaseMs.median, databaseMs.sigma));
  const reserve = () => stock.hold(() => sleep(fault === 'slow' ? countMs : reserveMs));
  const pay = () => payments.take(fault === 'unfixable');
  const takeMemory = async () => {
    if (fault === 'leaking') await sleep(leak.keep());
  };
  return {
    async browse(word) {
      await takeMemory();
      await askDatabase();
      return search(catalogue, word, 20);
    },
    async collect(customer, product) {
      await takeMemory();
      await askDatabase();
      const cart = carts.get(customer) ?? [];
      cart.push(catalogue[product % catalogue.length]!);
      carts.set(customer, cart.slice(-20));
      return cart.length;
    },
    async order(customer) {
      await takeMemory();
      const cart = carts.get(customer) ?? [catalogue[0]!];
      await reserve();
      if (!(await pay())) return undefined;
      const id = journal.next();
      carts.delete(customer);
      receipt = createHash('sha256')
        .update(`${receipt} ${JSON.stringify(cart)}`)
        .digest('hex');
      return { id, receipt, value: cart.reduce((sum, { price }) => sum + price, 0) };
    },
    async check() {
      await takeMemory();
      await reserve();
      await pay();
    },
    suffer(next) {
      if (next === 'crashing') journal.damage();
      if (fault === 'crashing' && next === null) journal.renew();
      if (next !== 'leaking') leak.drop();
      fault = next;
    },
  };
}
