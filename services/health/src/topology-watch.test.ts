import { createBus, memoryCluster, memorySchemaSource } from '@muster/bus';
import type { TargetInput } from '@muster/schemas';
import { eventually } from '@muster/testkit';
import { expect, it } from 'vitest';
import { watchTopology } from './topology-watch.ts';

it('keeps up with the topology: what comes, what changes, what is taken away', async () => {
  const cluster = memoryCluster();
  const schemas = memorySchemaSource();
  const log = cluster.connect('user');
  const bus = createBus({ log, schemas });
  await log.admin.createTopics([{ topic: 'muster.topology.v1', partitions: 2, config: {} }]);
  await bus.warm({ reads: [], writes: ['muster.topology.v1'] });
  const envelope = { id: 'e', time: Date.now(), source: 'user', correlationId: 'c', causationId: null };
  const put = (target: string, value: Omit<TargetInput, 'target'> | null): Promise<void> =>
    bus.publish([
      { topic: 'muster.topology.v1', key: target, value: value === null ? null : { target, ...value }, envelope },
    ]);

  await put('shop', { dependsOn: ['db'] });
  await put('db', {});
  const faults: string[] = [];
  const watch = watchTopology((fault) => faults.push(fault), createBus({ log: cluster.connect('health'), schemas }));
  const becomes = (isSo: () => boolean): Promise<unknown> =>
    eventually(isSo, () => `the topology is ${JSON.stringify([...watch.targets.keys()])}`);
  await becomes(() => watch.targets.size === 2);
  const { version } = watch;
  await put('shop', { dependsOn: ['db', 'cache'] });
  await becomes(() => watch.targets.get('shop')?.dependsOn.length === 2);
  await put('db', null);
  await becomes(() => !watch.targets.has('db'));
  expect(watch.version).toBeGreaterThan(version);
  expect(faults).toEqual([]);
  await watch.stop();
  await bus.close(1_000);
});
