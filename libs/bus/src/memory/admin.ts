/** Administration of the in-memory cluster. */
import type { LogAdmin } from '../log.ts';
import type { Request } from './client.ts';
import type { ClusterCore } from './cluster.ts';
import { startOffset } from './topics.ts';

export function adminOf({ topics, groups }: ClusterCore, request: Request): LogAdmin {
  const partitions = (topic: string) => {
    const found = topics.partitions(topic);
    if (found.length === 0) throw new Error(`Topic ${topic} does not exist.`);
    return found;
  };
  return {
    topics: () => request(() => topics.list()),
    createTopics: (specs) => request(() => specs.filter((spec) => topics.create(spec)).map(({ topic }) => topic)),
    deleteTopics: (names) =>
      request(() => {
        for (const topic of names) topics.delete(topic);
        for (const group of groups.values()) {
          for (const topic of names) group.forget(topic);
          group.rebalance();
        }
      }),
    offsets: (topic) =>
      request(() =>
        partitions(topic).map(({ partition, records }) => ({ partition, beginning: 0, end: records.length })),
      ),
    offsetsAt: (topic, time) =>
      request(() =>
        partitions(topic).map((partition) => ({
          topic,
          partition: partition.partition,
          offset: startOffset(partition, { at: 'time', time }),
        })),
      ),
    committed: (group, names) =>
      request(() => groups.get(group)?.committed(names.flatMap((topic) => [...topics.partitions(topic)])) ?? []),
    groups: () =>
      request(() =>
        [...groups].map(([group, { members }]) => ({ group, members, state: members > 0 ? 'Stable' : 'Empty' })),
      ),
    condition: (names) =>
      request(() => ({
        brokers: 1,
        hasController: true,
        topics: topics
          .list()
          .filter(({ topic }) => names?.includes(topic) ?? true)
          .map((topic) => ({ ...topic, offline: [], outOfSync: [] })),
      })),
    deleteGroup: (group) =>
      request(() => {
        const members = groups.get(group)?.members ?? 0;
        if (members > 0) throw new Error(`Group ${group} has ${members} members; stop them, then delete it.`);
        groups.delete(group);
      }),
  };
}
