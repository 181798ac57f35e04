// One instance of the shop, as a process of its own.
import { asCompanion, type Begun } from '../companion-side.ts';
import { counterOf } from './counter.ts';
import type { FaultTold } from './fault.ts';
import { journalIn } from './journal.ts';
import { closeDoor, listen } from './listening.ts';
import { imaginedPayments, paymentsAt } from './payments.ts';
import { openShop } from './shop.ts';

const finishWithinMs = 1_000;

await asCompanion(async (): Promise<Begun> => {
  const { SHOP_STATE_DIR: folder, SHOP_PAYMENTS_URL: paymentsUrl } = process.env;
  if (!folder) throw new Error('SHOP_STATE_DIR is not set: set it to the folder of the journal.');
  const payments = paymentsUrl === undefined ? imaginedPayments : paymentsAt(paymentsUrl);
  const shop = openShop(journalIn(folder), payments);
  process.on('message', (told: FaultTold) => shop.suffer(told.fault));
  const counter = counterOf(shop, ({ message }) => {
    console.error(message);
    process.exit(70);
  });
  return { urls: { shop: await listen(counter) }, end: () => closeDoor(counter, finishWithinMs) };
});
