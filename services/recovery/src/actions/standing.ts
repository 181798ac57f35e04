import { z } from '@muster/agent';

const standing = z.object({
  desired: z.number().int(),
  instances: z.number().int().optional(),
  revision: z.number().int().optional(),
});

/** What every change of a target answers. */
export const changed = z.object({
  target: z.string(),
  driver: z.enum(['process-keeper', 'kubernetes']),
  before: standing,
  after: standing,
  /** It had been done before, for the same task. */
  isRepeat: z.boolean(),
});

export const targetName = z.string().min(1).max(253).describe('The target, as the settings list it.');
