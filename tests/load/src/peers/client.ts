/** A process that asks one of the peers, at an even rate, when it is told to. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ask, Measured, Order } from './requests.ts';

const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
const peers: Readonly<Record<string, () => Promise<Ask>>> = {
  muster: async () => (await import('./muster-requests.ts')).musterRequests(),
  nest: async () => (await import('./nest-requests.ts')).nestRequests(brokers),
  moleculer: async () => (await import('./moleculer-requests.ts')).moleculerRequests(brokers),
};
const text = 'x'.repeat(200);
const ask = await peers[process.argv[2] ?? '']!();
let asked = 0;

/** Requests leave when they are due, whether or not those before are answered. */
async function run({ rate, count }: Order): Promise<Measured> {
  const took: number[] = [];
  let failed = 0;
  let firstFault: string | undefined;
  const one = async (): Promise<void> => {
    const n = (asked += 1);
    const beganAt = performance.now();
    try {
      const answer = (await ask({ n, text })) as { readonly n?: number; readonly text?: string };
      if (answer.n !== n || answer.text !== text) throw new Error(`another answer came: ${JSON.stringify(answer)}`);
      took.push(performance.now() - beganAt);
    } catch (error) {
      failed += 1;
      firstFault ??= String(error);
    }
  };
  const startedAt = performance.now();
  const all: Promise<void>[] = [];
  for (let index = 0; index < count; index += 1) {
    const waitMs = startedAt + (index * 1_000) / rate - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    all.push(one());
  }
  await Promise.all(all);
  return { took, failed, firstFault };
}

process.on('message', (order: Order) => void run(order).then((measured) => process.send?.(measured)));
process.on('disconnect', () => process.exit(1));
process.send?.('ready');
