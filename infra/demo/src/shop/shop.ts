/** The shop itself: a catalogue, carts, orders in memory, and one lock around the stock. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { logNormal } from '../chance.ts';
import { catalogueOf, search, type Product } from './catalogue.ts';
import { lockOf } from './lock.ts';

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
   * others are at it.
   */
  order(customer: string): Promise<Order | undefined>;
  /** While it is broken, every order counts the whole warehouse with the stock locked. */
  isBroken: boolean;
}

// So far above what a busy machine adds that its moods stay within what is usual.
const databaseMs = { median: 24, sigma: 0.45 };
const paymentMs = { median: 60, sigma: 0.4 };
const reserveMs = 2;
const countMs = 250;
const mostWaiting = 100;
const mostOrders = 10_000;
const declinedShare = 0.03;

export function openShop(): Shop {
  const catalogue = catalogueOf(2_000);
  const carts = new Map<string, Product[]>();
  const orders: Order[] = [];
  const stock = lockOf(mostWaiting);
  const askDatabase = () => sleep(logNormal(databaseMs.median, databaseMs.sigma));
  const shop: Shop = {
    isBroken: false,
    async browse(word) {
      await askDatabase();
      return search(catalogue, word, 20);
    },
    async collect(customer, product) {
      await askDatabase();
      const cart = carts.get(customer) ?? [];
      cart.push(catalogue[product % catalogue.length]!);
      carts.set(customer, cart.slice(-20));
      return cart.length;
    },
    async order(customer) {
      const cart = carts.get(customer) ?? [catalogue[orders.length % catalogue.length]!];
      await stock.hold(() => sleep(shop.isBroken ? countMs : reserveMs));
      await sleep(logNormal(paymentMs.median, paymentMs.sigma));
      if (Math.random() < declinedShare) return undefined;
      carts.delete(customer);
      const previous = orders.at(-1);
      const order = {
        id: (previous?.id ?? 0) + 1,
        value: cart.reduce((sum, { price }) => sum + price, 0),
        receipt: createHash('sha256')
          .update(`${previous?.receipt} ${JSON.stringify(cart)}`)
          .digest('hex'),
      };
      orders.push(order);
      if (orders.length > mostOrders) orders.shift();
      return order;
    },
  };
  return shop;
}
