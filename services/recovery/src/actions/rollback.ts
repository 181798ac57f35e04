import { z, type ActionIo } from '@muster/agent';
import type { Settings } from '../settings.ts';
import { driverOf } from './driver.ts';
import { changed, targetName } from './standing.ts';

const input = z.strictObject({
  target: targetName,
  revision: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('The revision to go back to; default: the one before the present.'),
});

/** Brings a target back to an earlier version. It is undone by itself, with `before.revision` of the output as `revision`. */
export const rollback = {
  version: '1.0.0',
  description: 'Brings a target back to an earlier version, the one before unless another is named.',
  input,
  output: changed,
  examples: [
    '{"target":"shop"}',
    '{"target":"shop","revision":4}',
    'roll back the last release of cart',
    'go back to the previous version',
    'the new deployment is broken, revert it',
    'undo the faulty release',
  ],
  tags: ['remediation', 'deployment', 'release', 'undo'],
  needsApproval: true,
  undo: 'recovery.rollback',
  async run({ target, revision }: z.output<typeof input>, io: ActionIo<Settings>): Promise<z.output<typeof changed>> {
    const driver = driverOf(target, io.config);
    return { target, driver: driver.name, ...(await driver.rollback(revision, io)) };
  },
};
