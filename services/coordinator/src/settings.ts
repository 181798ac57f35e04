import { z } from '@muster/agent';

const hourMs = 3_600_000;

export const settings = z.object({
  failureLimit: z.coerce.number().int().min(1).default(2),
  failureWindowMs: z.coerce
    .number()
    .int()
    .positive()
    .default(24 * hourMs),
  loopWindowMs: z.coerce
    .number()
    .int()
    .positive()
    .default(hourMs / 2),
  forgetAfterMs: z.coerce
    .number()
    .int()
    .positive()
    .default(24 * hourMs),
});

export type Settings = z.infer<typeof settings>;
