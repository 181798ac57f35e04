import { z, type ActionIo } from '@muster/agent';
import type { Settings } from '../settings.ts';
import { health, look, probed, probeOf, type Health } from './probing.ts';

const input = z.strictObject(probed);

/** Looks once whether a target is well. */
export const probe = {
  version: '1.0.0',
  description: 'Says whether a target is well just now.',
  input,
  output: health,
  examples: [
    '{"target":"shop"}',
    'is the shop up',
    'check whether the login page responds',
    'ping the search service',
    'how quickly does the shop answer right now',
    'look at the health of the cart',
  ],
  tags: ['probe', 'check', 'health', 'ping'],
  isReadOnly: true,
  run(which: z.output<typeof input>, io: ActionIo<Settings>): Promise<Health> {
    return look(probeOf(which, io.config), io);
  },
};
