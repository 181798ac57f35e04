import { z, type ActionIo } from '@muster/agent';
import { readAddress } from '@muster/containment';
import { PermanentError } from '@muster/resilience';
import { whyAllowed } from '../allowed.ts';
import { containmentOutput, type ContainmentOutput } from './containment-output.ts';
import type { Settings } from '../settings.ts';

const input = z.strictObject({
  address: z.string().min(1).max(100).describe('One IP address; a range is refused.'),
  forMs: z.number().int().min(10_000).describe('How long it is kept out, ms: a block ends.'),
  reason: z.string().min(1).max(1_000),
});

/**
 * Keeps an address out for a time. It looks at the allow-list again, whatever was decided; that the block is published follows from the
 * result, and so happens once however often the task is tried.
 */
export const blockAddress = {
  version: '1.0.0',
  description: 'Keeps one address out for a time.',
  input,
  output: containmentOutput,
  examples: ['{"address":"203.0.113.7","forMs":3600000,"reason":"It logged in after guessing."}'],
  tags: ['containment'],
  undo: 'security.release-address',
  needsApproval: true,
  async run({ address, forMs, reason }: z.output<typeof input>, io: ActionIo<Settings>): Promise<ContainmentOutput> {
    const reading = readAddress(address);
    if (reading.kind !== 'address') throw new PermanentError(`${reading.reason}; give one address`);
    const allowed = whyAllowed(reading.address, io.config);
    if (allowed !== undefined) throw new PermanentError(`${allowed}, and is never blocked`);
    const startsAt = io.now();
    const endsAt = startsAt + Math.min(forMs, io.config.longestBlockMs);
    return Promise.resolve({ address: reading.address, startsAt, endsAt, reason, changeId: io.changeId });
  },
};
