import { z, type Io } from '@muster/agent';
import { messageOf, PermanentError } from '@muster/resilience';
import type { Settings } from '../settings.ts';
import { allowedAddress } from './allowed-address.ts';
import { boundedFetch } from './bounded-fetch.ts';

/** Whose health is asked for: a target whose probe the settings list, or an address of an allowed host. */
export const probed = {
  target: z.string().min(1).max(253).optional(),
  url: z.string().min(1).max(2_000).optional(),
  latencyBudgetMs: z.number().positive().max(600_000).optional().describe('Slower is not healthy.'),
};

export const health = z.object({
  isHealthy: z.boolean(),
  /** HTTP status; `null` when there was no answer. */
  status: z.number().int().nullable(),
  latencyMs: z.number(),
  /** What is not well; empty when it is healthy. */
  reason: z.string(),
});
export type Health = z.output<typeof health>;

export interface Probe {
  readonly name: string;
  readonly url: string;
  readonly latencyBudgetMs: number;
}

/** The probe that is meant; throws a `PermanentError` when there is none or it may not be called. */
export function probeOf(
  {
    target,
    url,
    latencyBudgetMs,
  }: {
    readonly target?: string | undefined;
    readonly url?: string | undefined;
    readonly latencyBudgetMs?: number | undefined;
  },
  config: Settings,
): Probe {
  if (url !== undefined) {
    const address = allowedAddress(url, config);
    return { name: target ?? new URL(address).host, url: address, latencyBudgetMs: latencyBudgetMs ?? 1_000 };
  }
  const known = target !== undefined && Object.hasOwn(config.probes, target) ? config.probes[target] : undefined;
  if (known === undefined || target === undefined)
    throw Object.assign(
      new PermanentError(
        target === undefined
          ? 'neither target nor url is given'
          : `no probe of ${target} is known; list it in MUSTER_PROBES, or give a url`,
      ),
      { code: 'UnknownTarget' },
    );
  return { name: target, url: known.url, latencyBudgetMs: latencyBudgetMs ?? known.latencyBudgetMs };
}

/** Looks once. That something is not well is an answer and not a fault. */
export async function look(
  { url, latencyBudgetMs }: Probe,
  io: Pick<Io<Settings>, 'signal' | 'now' | 'config'>,
): Promise<Health> {
  const began = io.now();
  try {
    // One that is too slow is told so with its time; one that does not answer at all is not waited for much longer.
    const timeoutMs = Math.min(io.config.httpTimeoutMs, Math.max(1_000, 4 * latencyBudgetMs));
    const { status, latencyMs } = await boundedFetch({ url, timeoutMs }, io);
    const isAnswered = status >= 200 && status < 300;
    const reason = !isAnswered
      ? `it answered ${status}`
      : latencyMs > latencyBudgetMs
        ? `it took ${latencyMs} ms, and ${latencyBudgetMs} are allowed`
        : '';
    return { isHealthy: reason === '', status, latencyMs, reason };
  } catch (error) {
    io.signal.throwIfAborted();
    return { isHealthy: false, status: null, latencyMs: Math.max(0, io.now() - began), reason: messageOf(error) };
  }
}
