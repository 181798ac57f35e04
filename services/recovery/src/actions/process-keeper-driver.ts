import { z } from '@muster/agent';
import { PermanentError } from '@muster/resilience';
import { boundedFetch, expectSuccess, jsonOf } from './bounded-fetch.ts';
import type { Change, Driver, DriverIo, Standing } from './driver.ts';

const process = z.object({ desired: z.number().int(), instances: z.array(z.unknown()).optional() });
const answer = z.object({ before: process, after: process, isRepeat: z.boolean().optional() });

/** A target that a process keeper runs: a small HTTP server that keeps so many processes of a program going. */
export function processKeeperDriver(target: string, address: string): Driver {
  const path = `${address.replace(/\/+$/, '')}/processes/${encodeURIComponent(target)}`;

  const change = async (what: string, body: unknown, io: DriverIo): Promise<Change> => {
    const name = `process keeper: ${what} of ${target}`;
    const request = {
      method: 'POST',
      url: `${path}/${what}`,
      headers: { 'idempotency-key': io.idempotencyKey },
      body,
    };
    const read = answer.safeParse(jsonOf(expectSuccess(await boundedFetch(request, io), name), name));
    if (!read.success) throw new PermanentError(`${name}: the answer has no before and after`);
    const { before, after, isRepeat = false } = read.data;
    return { before: standingOf(before), after: standingOf(after), isRepeat };
  };

  return {
    name: 'process-keeper',
    restart: (io) => change('restart', {}, io),
    scale: (instances, io) => change('scale', { instances }, io),
    rollback: () =>
      Promise.reject(
        Object.assign(new PermanentError(`${target} is run by a process keeper, which knows no earlier versions`), {
          code: 'NoRollback',
        }),
      ),
  };
}

function standingOf({ desired, instances }: z.infer<typeof process>): Standing {
  return { desired, ...(instances === undefined ? {} : { instances: instances.length }) };
}
