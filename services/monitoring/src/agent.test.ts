import type { Alert, MetricSampleInput } from '@muster/schemas';
import { memoryMesh, type MemoryMesh } from '@muster/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noise } from '../test/drive.ts';
import { monitoring } from './agent.ts';

let mesh: MemoryMesh;
beforeEach(async () => {
  mesh = await memoryMesh({ agents: [monitoring], partitions: 2 });
});
afterEach(() => mesh.stop());

const next = noise(11);
const usual = (): number => 80 + 8 * next();
let at = 0;
const sample = (value: number, name = 'latency_ms'): MetricSampleInput => ({
  target: 'shop',
  name,
  value,
  unit: 'ms',
  at: (at += 100),
});

/** What was said, each message once. */
async function told(): Promise<Alert[]> {
  const byId = new Map((await mesh.read('muster.alerts.v1')).map(({ id, value }) => [id, value]));
  return [...byId.values()];
}

describe('monitoring in a mesh', () => {
  it('says what is unusual, through the death of its process', async () => {
    at = Date.now() - 30_000;
    const first = await mesh.start(monitoring);
    await mesh.publishAll(
      'muster.metrics.v1',
      Array.from({ length: 120 }, () => sample(usual())),
    );
    await mesh.publishAll(
      'muster.metrics.v1',
      Array.from({ length: 3 }, () => sample(842)),
    );
    await mesh.idle();
    first.crash();
    await mesh.start(monitoring, { config: monitoring.config.parse({ holdMs: 0 }) });
    await mesh.publishAll(
      'muster.metrics.v1',
      Array.from({ length: 30 }, () => sample(usual())),
    );
    await mesh.idle();
    const [fired, ended, ...more] = await told();
    expect(more).toEqual([]);
    expect([fired, ended]).toMatchObject([
      { fingerprint: 'shop/latency_ms/unusual', status: 'FIRING', category: 'PERFORMANCE', endsAt: null },
      { fingerprint: 'shop/latency_ms/unusual', status: 'RESOLVED', startsAt: fired?.startsAt },
    ]);
    expect(ended?.envelope.correlationId).toBe(fired?.envelope.correlationId);
    expect(mesh.deadLetters('muster.metrics.v1', 'monitoring')).toEqual([]);
  });

  it('applies rules, and says which cannot be in force', async () => {
    at = Date.now();
    const rules = [
      { ruleId: 'slow', when: "name == 'latency_ms' && value > 800.0", verdict: 'ALERT' },
      { ruleId: 'typo', when: 'vlaue > 800.0', verdict: 'ALERT' },
    ] as const;
    await mesh.publish('muster.policies.v1', { policyId: 'p', version: 1, agent: 'monitoring', rules });
    await mesh.start(monitoring);
    await mesh.publish('muster.metrics.v1', sample(842));
    await mesh.idle();
    const fingerprints = (await told()).map(({ fingerprint }) => fingerprint);
    expect(fingerprints.toSorted()).toEqual(['muster/monitoring/rule-problem/p/typo', 'shop/latency_ms/rule/p/slow']);
  });
});
