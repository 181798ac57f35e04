import { z } from '@muster/agent';

/** What can be set from outside; every other threshold is learned or said by a rule. */
export const settings = z.object({
  sensitivity: z.coerce
    .number()
    .min(0.1)
    .max(10)
    .default(1)
    .describe('2 alerts at half the distance from the expected value, 0.5 at twice the distance.'),
  holdMs: z.coerce
    .number()
    .int()
    .min(0)
    .default(60_000)
    .describe('How long values must be back in the expected range before an alert is resolved.'),
  absence: z.stringbool().default(true).describe('Whether a series that stops is an alert.'),
  absenceAfterMs: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(30_000)
    .describe('The shortest silence that is reported, however often a series usually speaks.'),
  forgetAfterMs: z.coerce
    .number()
    .int()
    .min(60_000)
    .default(24 * 3_600_000)
    .describe('How long a stopped series is waited for; then its alerts are resolved and it is forgotten.'),
  skewLimitMs: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(60_000)
    .describe('How far the time of the samples may lie from the time of the log before that is reported.'),
});

export type Settings = z.infer<typeof settings>;
