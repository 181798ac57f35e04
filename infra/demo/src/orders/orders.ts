/** The orders of a day as the shop's till writes them: made by count alone, so that everybody knows what must be loaded. */
import { closeSync, openSync, writeSync } from 'node:fs';

const countries = ['DE', 'FR', 'GB', 'IT'] as const;
/** One order in so many is broken, in one of four ways. */
const brokenEvery = 20_011;
const heading = 'orderId,customer,country,amount,placedAt';
const pieceLines = 5_000;

/** The job that loads them, as YAML. */
export const ordersJob = `name: nightly-load
version: 1
source:
  csv: incoming/orders-*.csv
columns:
  orderId: { type: integer, required: true, min: 1 }
  customer: { type: text, trim: true, maxLength: 40 }
  country: { type: text, case: upper, oneOf: [${countries.join(', ')}] }
  amount: { type: decimal, min: 0 }
  placedAt: { type: timestamp }
sink:
  csv: loaded/{run}
mostRejects: 1000
`;

export const isBroken = (number: number): boolean => number % brokenEvery === 0;
export const brokenAmong = (orders: number): number => Math.floor(orders / brokenEvery);

/** The so many-eth order, from 1, as a line. */
export function orderLine(number: number): string {
  const way = isBroken(number) ? (number / brokenEvery) % 4 : undefined;
  const id = way === 0 ? '' : String(number);
  const customer = way === 3 ? '"customer' : `customer ${(number * 7_919) % 50_000}`;
  const country = way === 1 ? 'XX' : countries[number % countries.length];
  const amount = way === 2 ? '12.50 EUR' : `${((number * 37) % 100_000) / 100}`;
  const minute = String(number % 60).padStart(2, '0');
  const hour = String(Math.floor(number / 60) % 24).padStart(2, '0');
  return `${id},${customer},${country},${amount},2026-11-20 ${hour}:${minute}:00`;
}

/** Writes orders from one number to another, both included, with a heading. */
export function writeOrders(file: string, from: number, to: number): void {
  const descriptor = openSync(file, 'w');
  try {
    writeSync(descriptor, `${heading}\n`);
    for (let first = from; first <= to; first += pieceLines) {
      const length = Math.min(pieceLines, to - first + 1);
      const lines = Array.from({ length }, (_, index) => `${orderLine(first + index)}\n`);
      writeSync(descriptor, lines.join(''));
    }
  } finally {
    closeSync(descriptor);
  }
}
