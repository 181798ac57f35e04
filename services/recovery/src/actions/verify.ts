import { setTimeout as pause } from 'node:timers/promises';
import { z, type ActionIo } from '@muster/agent';
import { PermanentError } from '@muster/resilience';
import type { Settings } from '../settings.ts';
import { look, probed, probeOf } from './probing.ts';

const input = z.strictObject({
  ...probed,
  healthyForMs: z
    .number()
    .int()
    .min(0)
    .max(3_600_000)
    .default(10_000)
    .describe('So long it has to be well without a break.'),
  withinMs: z
    .number()
    .int()
    .min(1)
    .max(24 * 3_600_000)
    .default(120_000)
    .describe('It fails when that is not so by then.'),
});
const output = z.object({
  isHealthy: z.literal(true),
  healthyForMs: z.number(),
  probes: z.number().int(),
  badProbes: z.number().int(),
  latencyMs: z.number(),
});

/**
 * Looks again and again until a target has been well for so long without a break. If that does not come about in time, it fails for good with the
 * code `NotHealthy`: another attempt would only look at the same thing again, and what was done is to be undone.
 */
export const verify = {
  version: '1.0.0',
  description: 'Checks that a target is well, and stays so for a while.',
  input,
  output,
  examples: [
    '{"target":"shop","healthyForMs":10000,"withinMs":120000}',
    'wait until checkout is stable',
    'confirm that the shop has recovered',
    'make sure the login page stays healthy for a minute',
    'watch the cart after the restart until it has been well for a while',
  ],
  tags: ['probe', 'verification', 'health', 'stable'],
  isReadOnly: true,
  async run(which: z.output<typeof input>, io: ActionIo<Settings>): Promise<z.output<typeof output>> {
    const { healthyForMs, withinMs } = which;
    const probe = probeOf(which, io.config);
    // What ends before the task does can say why.
    const until = Math.min(io.now() + withinMs, io.deadline - 50);
    let wellSince: number | undefined;
    let [probes, badProbes] = [0, 0];
    let reason = 'it was never looked at';
    for (;;) {
      const at = io.now();
      const { isHealthy, latencyMs, reason: found } = await look(probe, io);
      probes += 1;
      if (isHealthy) {
        wellSince ??= at;
        const wellMs = io.now() - wellSince;
        if (wellMs >= healthyForMs) return { isHealthy: true, healthyForMs: wellMs, probes, badProbes, latencyMs };
        reason = `it has been well for ${wellMs} ms only`;
      } else {
        wellSince = undefined;
        badProbes += 1;
        reason = found;
      }
      if (io.now() >= until) break;
      await pause(Math.min(io.config.probeEveryMs, Math.max(1, until - io.now())), undefined, { signal: io.signal });
    }
    const message = `${probe.name} was not well for ${healthyForMs} ms within ${withinMs} ms: ${reason} (${badProbes} of ${probes} probes were bad)`;
    throw Object.assign(new PermanentError(message), { code: 'NotHealthy' });
  },
};
