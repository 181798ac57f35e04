import { z, type ActionIo } from '@muster/agent';
import { PermanentError } from '@muster/resilience';
import type { Settings } from '../settings.ts';
import { driverOf } from './driver.ts';
import { changed, targetName } from './standing.ts';

const input = z.strictObject({ target: targetName, instances: z.number().int().min(1).max(10_000) });

/** Gives a target another number of instances. It is undone by itself, with `before.desired` of the output as `instances`. */
export const scale = {
  version: '1.0.0',
  description: 'Scales a target to a number of instances.',
  input,
  output: changed,
  examples: [
    '{"target":"shop","instances":3}',
    'scale the shop up to four instances',
    'add two more replicas, the load is too high',
    'start another worker',
    'run fewer instances at night',
    'scale the workers down again',
  ],
  tags: ['remediation', 'capacity', 'replicas'],
  needsApproval: true,
  undo: 'recovery.scale',
  async run({ target, instances }: z.output<typeof input>, io: ActionIo<Settings>): Promise<z.output<typeof changed>> {
    const { mostInstances } = io.config;
    if (instances > mostInstances)
      throw Object.assign(
        new PermanentError(
          `${target} is not scaled to ${instances}: ${mostInstances} is the most, by MUSTER_MOST_INSTANCES`,
        ),
        { code: 'TooManyInstances' },
      );
    const driver = driverOf(target, io.config);
    return { target, driver: driver.name, ...(await driver.scale(instances, io)) };
  },
};
