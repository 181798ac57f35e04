import type { Bus } from '@muster/bus';
import { connectBus } from '@muster/client';
import { messageOf } from '@muster/resilience';
import type { Target } from '@muster/schemas';

/** The targets of the topology, kept up with. */
export interface TopologyWatch {
  readonly targets: ReadonlyMap<string, Target>;
  /** Grows with every change. */
  readonly version: number;
  stop(): Promise<void>;
}

/** Reads the topology outside any group, from the Kafka that the environment names; tries again for as long as it can't be read. */
export function watchTopology(
  warn: (fault: string) => void,
  bus: Bus = connectBus({ source: 'health' }),
): TopologyWatch {
  const targets = new Map<string, Target>();
  let version = 0;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  const again = (error: unknown): void => {
    if (isStopped) return;
    warn(messageOf(error));
    timer = setTimeout(follow, 5_000);
  };
  const take = async (
    records: Parameters<Parameters<typeof bus.log.follow>[0]['records']>[0]['records'],
  ): Promise<void> => {
    for (const record of records) {
      const decoded = await bus.decode(record);
      version += 1;
      if (decoded.kind === 'tombstone') targets.delete(decoded.key);
      else if (decoded.kind === 'message') targets.set(decoded.message.key, decoded.message.value as Target);
      else warn(decoded.reason);
    }
  };
  let taking = Promise.resolve();
  const follow = (): void => {
    const options = { topics: ['muster.topology.v1'], from: { at: 'beginning' } } as const;
    const records = (batch: { readonly records: Parameters<typeof take>[0] }): void => {
      taking = taking.then(() => take(batch.records)).catch((error: unknown) => warn(messageOf(error)));
    };
    bus.log.follow({ ...options, records, lost: again }).catch(again);
  };
  follow();
  return {
    targets,
    get version() {
      return version;
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await bus.close(2_000);
    },
  };
}
