import type { Mark } from './marks.ts';

/** From marked metrics and their alerts: when every partition was up to date again after an interruption. */
export interface Recovery {
  note(mark: Mark): void;
  /** Epoch ms; undefined while a partition is not. */
  recoveredAt(): number | undefined;
}

/** A metric that comes out so quickly was not waiting for anything. */
const promptMs = 1_000;

/** A partition is up to date with the first metric made after the interruption that comes out promptly, in `partitions` partitions. */
export function recoveryOf(interruptedAt: number, partitions = 12): Recovery {
  const promptAt = new Map<number, number>();
  return {
    note({ partition, at, delayMs }) {
      if (at - delayMs < interruptedAt || delayMs > promptMs) return;
      promptAt.set(partition, Math.min(at, promptAt.get(partition) ?? Number.POSITIVE_INFINITY));
    },
    recoveredAt: () => (promptAt.size < partitions ? undefined : Math.max(...promptAt.values())),
  };
}
