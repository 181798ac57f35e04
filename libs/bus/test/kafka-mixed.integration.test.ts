import { afterAll, afterEach, expect, test } from 'vitest';
import { KAFKA_CLIENTS } from '../src/kafka-log.ts';
import { numbered, sceneOf } from './conformance/scene.ts';
import type { ObservedMember } from './conformance/scene.ts';
import { realCluster } from './kafka/real-cluster.ts';

const clusters = KAFKA_CLIENTS.map((client) => realCluster(client));
const scene = sceneOf((clientId) => clusters[0]!.connect(clientId), 20_000);
afterEach(() => scene.clear());
afterAll(() => Promise.all(clusters.map((cluster) => cluster.close())));

test('members by either client share a group, so that one can be changed for the other while the mesh runs', async () => {
  const topic = await clusters[0]!.topic(4);
  const options = { group: clusters[0]!.unique('group'), topics: [topic] };
  const members: ObservedMember[] = [];
  for (const cluster of clusters) members.push(await scene.join(cluster.connect(cluster.unique('client')), options));
  await scene.eventually(() => expect(members.map(({ holding }) => holding?.partitions.length)).toEqual([2, 2]));

  const log = scene.connect();
  await log.append([0, 1, 2, 3].flatMap((partition) => numbered(topic, partition, 3)));
  await scene.eventually(() => expect(members.map(({ records }) => records.length)).toEqual([6, 6]));
  const [leaver, heir] = members as [ObservedMember, ObservedMember];
  const at = { topic, partition: leaver.holding!.partitions[0]!, offset: 2 };
  await leaver.membership.commit(leaver.holding!.generation, [at]);
  await leaver.membership.leave(5_000);
  await scene.eventually(() => expect(heir.holding?.partitions).toEqual([0, 1, 2, 3]));
  expect(heir.heard.findLast(({ kind }) => kind === 'assigned')).toMatchObject({ committed: [at] });
});
