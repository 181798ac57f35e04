import { hash } from 'node:crypto';

/** How the subject agents are set in every trial. */
export const trialSettings = { tasksEvery: 4, overdueMs: 2_000, leaseMs: 3_000 };

/** How long a slow handler or action takes. */
export const slowMs = 40_000;

/** Name of the metric whose samples a slow handler is slow with. */
export const slowSample = 'slow';

/** One task in a thousand, the same ones in every process. */
export function isSlowTask(idempotencyKey: string): boolean {
  return Number.parseInt(hash('sha1', idempotencyKey, 'hex').slice(0, 6), 16) % 1_000 === 0;
}
