import type { Bus } from '@muster/bus';
import { connectBus } from '@muster/client';
import { messageOf } from '@muster/resilience';
import { refusal } from './refusal.ts';

/** A bus of a job's own, so that what it reads and writes holds up nothing else. Throws PermanentError where the environment names no mesh. */
export function meshBus(): Bus {
  try {
    return connectBus({ source: 'data-processing' });
  } catch (error) {
    throw refusal('NoMesh', messageOf(error));
  }
}
