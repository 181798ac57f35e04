import { z } from '@muster/agent';

/** What can be set from outside. Jobs read and write below `dataDirectory` and nowhere else. */
export const settings = z.object({
  dataDirectory: z
    .string()
    .default('')
    .describe('The directory below which jobs read and write. None: every job is refused.'),
  dataMemory: z
    .string()
    .regex(/^[1-9]\d{0,4}(MB|GB)$/, 'write a number and MB or GB, e.g. 1GB')
    .default('1GB')
    .describe("The limit of DuckDB's memory for one job; a job can lower it."),
  dataThreads: z.coerce.number().int().min(1).max(64).default(2).describe('Threads that DuckDB uses for one job.'),
  dataBatchMb: z.coerce
    .number()
    .min(1)
    .max(1_024)
    .default(16)
    .describe('About how much of a source is one batch, in MB; a batch is what is done again after a crash.'),
});

export type Settings = z.infer<typeof settings>;
