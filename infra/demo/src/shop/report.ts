import { performance } from 'node:perf_hooks';
import type { Client } from '@muster/client';
import { messageOf } from '@muster/resilience';
import type { Measuring } from './counter.ts';
import { routes } from './routes.ts';
import { samplesOf, type Answered } from './tally.ts';

const everyMs = 500;

/** Gathers what is measured and publishes it twice a second; `end` stops that. */
export function reportOn(client: Client, target: string): Measuring & { end(): void } {
  let answered: Answered[] = [];
  let orders: number[] = [];
  let reportedAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const lengthMs = now - reportedAt;
    // After a stall of the machine two reports may be due at once.
    if (lengthMs < everyMs / 2) return;
    const samples = samplesOf(target, routes, { answered, orders }, { at: Date.now(), lengthMs });
    [answered, orders, reportedAt] = [[], [], now];
    client.publish('muster.metrics.v1', samples).catch((error: unknown) => console.error(messageOf(error)));
  }, everyMs);
  return {
    answered: (request) => void answered.push(request),
    sold: (value) => void orders.push(value),
    end: () => clearInterval(timer),
  };
}
