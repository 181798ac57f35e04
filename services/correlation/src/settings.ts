import { z } from '@muster/agent';

const minuteMs = 60_000;
const duration = (defaultMs: number, leastMs = 1_000): z.ZodDefault<z.ZodCoercedNumber> =>
  z.coerce.number().int().min(leastMs).default(defaultMs);

/** What can be set from outside. */
export const settings = z.object({
  quietAfterMs: duration(5 * minuteMs).describe(
    'A source that repeats itself and has been silent for this long, and three times its usual gap, is believed to be quiet.',
  ),
  forgetAfterMs: duration(7 * 24 * 60 * minuteMs, minuteMs).describe(
    'An alert of which nothing was heard for this long is resolved and forgotten.',
  ),
  repeatAfterMs: duration(5 * minuteMs).describe(
    'How soon what was folded is told with its count; the pause doubles each time, up to twelve times this.',
  ),
  settleMs: duration(15_000, 0).describe(
    'All alerts of an incident must have ended for so long before it is resolved; within five minutes after that it is opened again.',
  ),
  flappingWindowMs: duration(60 * minuteMs).describe(
    'Six changes within this are flapping; it is over when fewer than three are left.',
  ),
});

export type Settings = z.infer<typeof settings>;
