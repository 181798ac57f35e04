import { z } from '@muster/agent';

/** What both actions come to: from when until when an address is kept out, or let in. `carry-out.ts` makes it known to those who enforce it. */
export const containmentOutput = z.object({
  address: z.string(),
  startsAt: z.number(),
  endsAt: z.number(),
  reason: z.string(),
  changeId: z.string().nullable(),
});

export type ContainmentOutput = z.output<typeof containmentOutput>;
