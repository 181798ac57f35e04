/**
 * A call with an end: its signal is aborted after `ms`, or when the outer one is, and the promise is rejected then even when the call does not look
 * at its signal. The reason of a timeout is a `DOMException` named `TimeoutError`, as that of `AbortSignal.timeout`.
 */
export async function withTimeout<R>(
  ms: number,
  call: (signal: AbortSignal) => Promise<R>,
  outer?: AbortSignal,
): Promise<R> {
  outer?.throwIfAborted();
  const abort = new AbortController();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const end = (reason: unknown): void => {
    abort.abort(reason);
    reject(reason);
  };
  const timer = setTimeout(() => end(new DOMException(`no answer within ${ms} ms`, 'TimeoutError')), ms);
  const endWithOuter = (): void => end(outer?.reason);
  outer?.addEventListener('abort', endWithOuter, { once: true });
  try {
    return await Promise.race([call(abort.signal), aborted]);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', endWithOuter);
  }
}
