import { z, type ActionIo } from '@muster/agent';
import type { Settings } from '../settings.ts';
import { driverOf } from './driver.ts';
import { changed, targetName } from './standing.ts';

const input = z.strictObject({ target: targetName });

/** Replaces every instance of a target by a new one of the same version. Verify afterwards: that it was asked for is all it knows. */
export const restart = {
  version: '1.0.0',
  description: 'Restarts all instances of a target.',
  input,
  output: changed,
  examples: [
    '{"target":"shop"}',
    'restart the checkout service',
    'bounce the shop, it hangs',
    'reboot the frozen payment workers',
    'the process does not answer any more: stop and start it',
  ],
  tags: ['remediation', 'process', 'reboot'],
  needsApproval: true,
  async run({ target }: z.output<typeof input>, io: ActionIo<Settings>): Promise<z.output<typeof changed>> {
    const driver = driverOf(target, io.config);
    return { target, driver: driver.name, ...(await driver.restart(io)) };
  },
};
