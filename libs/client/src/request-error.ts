import type { Fault, TaskResult } from '@muster/schemas';

/**
 * How a request ended without its output. `unroutable`: no agent can do it. `failed`: an attempt failed, and nobody tried again in time. `abandoned`: given up
 * after several attempts. `partial`: done in part. `expired`: the mesh found its deadline passed. `timeout`: no word came in time; it may still be done.
 */
export type RequestEnd = 'unroutable' | 'failed' | 'abandoned' | 'partial' | 'expired' | 'timeout';

/** A request came to nothing, or to a part of it. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly end: RequestEnd;
  /** Why, with its class and type; the last one of several. Null where nobody said. */
  readonly fault: Fault | null;
  /** What came back last, e.g. a partial output or the nearest capabilities as JSON text. */
  readonly result: TaskResult | undefined;

  constructor(end: RequestEnd, capability: string, result: TaskResult | undefined, waitedMs?: number) {
    super(sentenceOf(end, capability, result, waitedMs));
    this.end = end;
    this.fault = result?.fault ?? null;
    this.result = result;
  }
}

function sentenceOf(end: RequestEnd, capability: string, result: TaskResult | undefined, waitedMs = 0): string {
  const fault = result?.fault ?? undefined;
  const why = fault === undefined ? '' : `: ${fault.message}`;
  const isNamed = capability !== '' && capability !== 'any';
  const by = result === undefined ? '' : ` by ${result.agent}`;
  switch (end) {
    case 'unroutable':
      return `No agent can do ${isNamed ? capability : 'what is asked'}${why}.`;
    case 'failed':
      return `${capability} failed${by}, at attempt ${result?.attempt ?? 1}${why}.`;
    case 'abandoned':
      return `${capability} failed for good, at attempt ${result?.attempt ?? 1}${why}.`;
    case 'partial':
      return `${capability} was done in part${by}${why}.`;
    case 'expired':
      return `${capability} was not begun in time${why}.`;
    case 'timeout':
      return `Nothing came back from ${capability} within ${waitedMs} ms; it may still be done.`;
  }
}
