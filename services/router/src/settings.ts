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
});

export type Settings = z.infer<typeof settings>;
