import { z } from 'zod';

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const pattern = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m|h)$/;

/** A written duration such as `500ms`, `10s`, `1.5m` or `2h` as ms, within bounds (ms). */
export function duration(leastMs: number, mostMs: number) {
  return z
    .string({ error: 'write a number and ms, s, m or h, e.g. 10s' })
    .regex(pattern, 'write a number and ms, s, m or h, e.g. 10s')
    .transform((text) => {
      const [, amount = '0', unit = 'ms'] = pattern.exec(text) ?? [];
      return Math.round(Number(amount) * unitMs[unit as keyof typeof unitMs]);
    })
    .refine((ms) => ms >= leastMs && ms <= mostMs, `write something between ${text(leastMs)} and ${text(mostMs)}`);
}

function text(ms: number): string {
  if (ms < 1_000) return `${ms}ms`;
  if (ms < 60_000) return `${ms / 1_000}s`;
  return ms < 3_600_000 ? `${ms / 60_000}m` : `${ms / 3_600_000}h`;
}
