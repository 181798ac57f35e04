import { resolveAddress, type Check, type CheckKind } from '@muster/targets';
import { checkHttp } from './check-http.ts';
import { checkKafka } from './check-kafka.ts';
import { checkPostgres } from './check-postgres.ts';
import { checkRedis } from './check-redis.ts';
import { checkReport } from './check-report.ts';
import { checkSystem } from './check-system.ts';
import { checkTcp } from './check-tcp.ts';
import { checkTls } from './check-tls.ts';
import { fail, warn, type Finding, type PerformCheck } from './finding.ts';
import { NoAnswerError } from './http-answer.ts';
import { troubleWith } from './trouble.ts';
import { placeOf } from './place.ts';

const performers: Readonly<Record<CheckKind, PerformCheck>> = {
  http: checkHttp,
  tcp: checkTcp,
  tls: checkTls,
  postgres: checkPostgres,
  redis: checkRedis,
  kafka: checkKafka,
  report: checkReport,
  system: checkSystem,
};

export interface Performed extends Finding {
  readonly latencyMs: number;
  /** It gave no answer in time: the next one may take as long. */
  readonly isHanging: boolean;
}

/**
 * Makes one check and ends within its timeout, whatever the target does. Never throws: what goes wrong is the finding. `stop` gives it up.
 */
export async function performCheck(
  check: Check,
  stop: AbortSignal,
  {
    now = Date.now,
    environment = process.env,
    perform = performers[check.kind],
  }: {
    readonly now?: () => number;
    readonly environment?: Readonly<Record<string, string | undefined>>;
    readonly perform?: PerformCheck;
  } = {},
): Promise<Performed> {
  const startedAt = performance.now();
  const limit = new AbortController();
  let isHanging = false;
  const giveUp = (): void => limit.abort(new Error('the check was given up'));
  const timer = setTimeout(() => {
    isHanging = true;
    giveUp();
  }, check.timeout);
  stop.addEventListener('abort', giveUp, { once: true });
  const latency = (): number => Math.round((performance.now() - startedAt) * 10) / 10;
  try {
    const address = resolveAddress(check.address, environment);
    // A check that does not heed the signal must not hold anybody up either.
    const abandoned = new Promise<never>((_, reject) =>
      limit.signal.addEventListener('abort', () => reject(limit.signal.reason as Error), { once: true }),
    );
    abandoned.catch(() => undefined);
    const finding = perform({ check, address, signal: limit.signal, now: now() });
    finding.catch(() => undefined);
    const found = await Promise.race([finding, abandoned]);
    const latencyMs = latency();
    return { ...slowed(found, check, latencyMs), latencyMs, isHanging: false };
  } catch (error) {
    return { ...failed(check, error, isHanging), latencyMs: latency(), isHanging };
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', giveUp);
  }
}

function slowed(finding: Finding, { slow }: Check, latencyMs: number): Finding {
  if (finding.outcome !== 'PASS' || slow === undefined || latencyMs <= slow) return finding;
  return { ...finding, ...warn(`it took ${Math.round(latencyMs)} ms to answer (limit ${slow} ms)`) };
}

function failed(check: Check, error: unknown, isHanging: boolean): Finding {
  if (isHanging) return fail(`${placeOf(check)} gave no answer within ${check.timeout} ms`);
  if (error instanceof NoAnswerError) return fail(error.message);
  return fail(troubleWith(placeOf(check), error));
}
