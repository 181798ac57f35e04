/** Waits for work until a moment (epoch ms); `undefined` when it is not done by then. */
export async function within<R>(work: Promise<R>, until: number): Promise<R | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(late.resolve, Math.max(0, until - Date.now()), undefined);
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}
