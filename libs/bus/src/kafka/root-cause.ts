/** The error inside the wrappers of a client: retries exceeded, connection failed. */
export function rootCause(error: unknown): Error {
  let root = error instanceof Error ? error : new Error(String(error));
  while (root.cause instanceof Error) root = root.cause;
  return root;
}
