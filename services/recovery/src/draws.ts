/** Chance for a handler: numbers from 0 to below 1 that follow from its input, so that a replay draws the same. */
export function drawsOf(newId: () => string): () => number {
  return () => Number.parseInt(newId().slice(0, 8), 16) / 2 ** 32;
}
