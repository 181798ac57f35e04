/** What every log must do. Runs over the in-memory log as a unit test and over Kafka clients as an integration test. */
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import type { Log } from '../src/log.ts';
import { adminBehaviour } from './conformance/admin.ts';
import { appendBehaviour } from './conformance/append.ts';
import { budgetBehaviour } from './conformance/budget.ts';
import { deliveryBehaviour } from './conformance/delivery.ts';
import { followBehaviour } from './conformance/follow.ts';
import { groupBehaviour } from './conformance/group.ts';
import { progressBehaviour } from './conformance/progress.ts';
import { rebalanceBehaviour } from './conformance/rebalance.ts';
import { sceneOf } from './conformance/scene.ts';

/** Something clients can be connected to; each client is closed by the suite. */
export interface ClusterUnderTest {
  connect(clientId: string): Log;
  close(): Promise<void>;
}

export function describeLog(name: string, makeCluster: () => Promise<ClusterUnderTest>, timeoutMs = 30_000): void {
  describe(`the contract of ${name}`, { timeout: timeoutMs }, () => {
    let cluster: ClusterUnderTest | undefined;
    const scene = sceneOf((clientId) => cluster!.connect(clientId), timeoutMs / 2);

    beforeAll(async () => {
      cluster = await makeCluster();
    }, timeoutMs);
    afterEach(() => scene.clear(), timeoutMs);
    afterAll(() => cluster?.close(), timeoutMs);

    appendBehaviour(scene);
    groupBehaviour(scene);
    rebalanceBehaviour(scene);
    deliveryBehaviour(scene);
    progressBehaviour(scene);
    followBehaviour(scene);
    adminBehaviour(scene);
    budgetBehaviour(scene);
  });
}
