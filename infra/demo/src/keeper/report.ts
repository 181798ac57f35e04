import { performance } from 'node:perf_hooks';
import type { Client } from '@muster/client';
import { messageOf } from '@muster/resilience';
import { routes } from '../shop/routes.ts';
import type { Measuring } from './front.ts';
import { samplesOf, type Answered } from './tally.ts';

const everyMs = 500;

export interface Report extends Measuring {
  /** From now on publishes twice a second what was measured. */
  begin(client: Client): void;
  end(): void;
}

export function reportOn(target: string): Report {
  let asked: string[] = [];
  let answered: Answered[] = [];
  let orders: number[] = [];
  let reportedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const samples = (now: number) => {
    const period = { at: Date.now(), lengthMs: now - reportedAt };
    const taken = samplesOf(target, routes, { asked, answered, orders }, period);
    [asked, answered, orders, reportedAt] = [[], [], [], now];
    return taken;
  };
  return {
    asked: (route) => void asked.push(route),
    answered: (request) => void answered.push(request),
    sold: (value) => void orders.push(value),
    begin(client) {
      samples(performance.now());
      timer = setInterval(() => {
        const now = performance.now();
        // After a stall of the machine two reports may be due at once.
        if (now - reportedAt < everyMs / 2) return;
        client.publish('muster.metrics.v1', samples(now)).catch((error: unknown) => console.error(messageOf(error)));
      }, everyMs);
    },
    end: () => clearInterval(timer),
  };
}
