import { z } from '@muster/agent';

export const settings = z.object({
  exploration: z.coerce
    .number()
    .min(0)
    .max(0.2)
    .default(0.02)
    .describe('Share of the tasks that is spread evenly, whatever the scores say, so that a score can recover.'),
  confidence: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.4)
    .describe('How sure a match by text must be; below it the answer is that no capability is meant.'),
  startingMs: z.coerce
    .number()
    .int()
    .min(0)
    .max(600_000)
    .default(15_000)
    .describe(
      'How long after its own start a capability that nobody offers may still turn up: who asks is asked to come again.',
    ),
});

export type Settings = z.infer<typeof settings>;
