/** A process of its own that offers metrics at the rate it is told, so that making the load is not measured as a part of what bears it. */
import { createBus, kafkaLog, registrySource } from '@muster/bus';
import type { Report, Wish } from './generating.ts';
import { marked, ordinary } from './metric-load.ts';
import { pacedLoad } from './paced-load.ts';

const [brokers = '', registry = '', series = '1'] = process.argv.slice(2);
const bus = createBus({
  log: kafkaLog({ brokers: brokers.split(','), clientId: 'bench-load' }),
  schemas: registrySource(registry),
});
await bus.warm({ reads: [], writes: ['muster.metrics.v1'] });
let marks = 0;
let filled = 0;
const load = pacedLoad(bus, 0, (from, count) => {
  const at = Date.now();
  return Array.from({ length: count }, (_, offset) => ordinary(from + offset, Number(series), at));
});
const marking = pacedLoad(bus, 0, (_, count) => {
  const at = Date.now();
  return Array.from({ length: count }, () => marked((marks += 1), at));
});

/** In rounds over all series, a round a second until now: what a log holds that was written for a while. */
async function fill(messages: number): Promise<void> {
  const rounds = Math.ceil(messages / Number(series));
  const now = Date.now();
  for (let from = 0; from < messages; from += 5_000) {
    const count = Math.min(5_000, messages - from);
    const batch = Array.from({ length: count }, (_, offset) => {
      const round = Math.floor((from + offset) / Number(series));
      return ordinary(from + offset, Number(series), now - (rounds - round) * 1_000);
    });
    await bus.publish(batch);
    filled += count;
  }
}

process.on('disconnect', () => process.exit(1));
process.on('message', (wish: Wish) => {
  if (wish.kind === 'rate') {
    load.setRate(wish.ordinary);
    marking.setRate(wish.marked);
  }
  if (wish.kind === 'fill') void fill(wish.messages);
  const report: Report = { sent: filled + load.sent + marking.sent, stored: filled + load.stored + marking.stored };
  process.send?.(report);
});
