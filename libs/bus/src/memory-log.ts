/** The log's in-memory twin: the same behaviour without a broker, for tests, simulations and back-tests. */
import type { Log } from './log.ts';
import { memoryCluster } from './memory/cluster.ts';
import type { MemoryCluster, MemoryClusterOptions } from './memory/cluster.ts';

export { memoryCluster };
export type { MemoryCluster, MemoryClusterOptions };
export type { Schedule } from './memory/cursor.ts';

/** A log on a cluster of its own. For several clients of one cluster see {@link memoryCluster}. */
export function memoryLog(options?: MemoryClusterOptions): Log & { readonly cluster: MemoryCluster } {
  const cluster = memoryCluster(options);
  const log = cluster.connect('memory');
  return Object.assign(log, { cluster });
}
