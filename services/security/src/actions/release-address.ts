import { z, type ActionIo } from '@muster/agent';
import { readAddress } from '@muster/containment';
import { PermanentError } from '@muster/resilience';
import { containmentOutput, type ContainmentOutput } from './containment-output.ts';
import type { Settings } from '../settings.ts';

const input = z.strictObject({
  address: z.string().min(1).max(100),
  forMs: z
    .number()
    .int()
    .min(10_000)
    .default(24 * 3_600_000)
    .describe('So long it is not blocked again, ms.'),
  reason: z.string().min(1).max(1_000),
});

/** Lets an address in and keeps it from being blocked again for a time. */
export const releaseAddress = {
  version: '1.0.0',
  description: 'Lets one blocked address in again.',
  input,
  output: containmentOutput,
  examples: ['{"address":"203.0.113.7","reason":"It is our own scanner."}'],
  tags: ['containment'],
  needsApproval: true,
  async run({ address, forMs, reason }: z.output<typeof input>, io: ActionIo<Settings>): Promise<ContainmentOutput> {
    const reading = readAddress(address);
    if (reading.kind !== 'address') throw new PermanentError(`${reading.reason}; give one address`);
    const startsAt = io.now();
    return Promise.resolve({
      address: reading.address,
      startsAt,
      endsAt: startsAt + forMs,
      reason,
      changeId: io.changeId,
    });
  },
};
