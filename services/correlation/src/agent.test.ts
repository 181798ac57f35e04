import type { AlertInput, Incident } from '@muster/schemas';
import { eventually, memoryMesh, type MemoryMesh } from '@muster/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { movingClock, type MovingClock } from '../test/moving-clock.ts';
import { correlation } from './agent.ts';

let mesh: MemoryMesh;
let clock: MovingClock;
beforeEach(async () => {
  clock = movingClock();
  mesh = await memoryMesh({ agents: [correlation], partitions: 2 });
  await mesh.publishAll('muster.topology.v1', [
    { target: 'db' },
    { target: 'shop', dependsOn: ['db'] },
    { target: 'cart', dependsOn: ['db'] },
  ]);
});
afterEach(async () => {
  await mesh.stop();
  vi.restoreAllMocks();
});

const alert = (target: string, status: AlertInput['status'] = 'FIRING'): AlertInput => ({
  fingerprint: `${target}/latency_ms/unusual`,
  status,
  severity: target === 'db' ? 'CRITICAL' : 'WARNING',
  target,
  category: 'PERFORMANCE',
  title: `latency_ms of ${target} is 914 ms, expected 78-140 ms`,
  startsAt: clock.now(),
  endsAt: status === 'FIRING' ? null : clock.now(),
});

/** What was said of incidents, each message once, in order of time. */
async function told(): Promise<readonly Incident[]> {
  const byId = new Map((await mesh.read('muster.incidents.v1')).map(({ id, value }) => [id, value]));
  return [...byId.values()].toSorted((a, b) => a.envelope.time - b.envelope.time);
}

const latest = async (): Promise<Incident | undefined> => (await told()).at(-1);

/** Time passes, and what is due happens. */
async function pass(ms: number, until: () => Promise<boolean>): Promise<void> {
  clock.pass(ms);
  await eventually(until, () => 'nothing came of the time that passed');
}

describe('correlation in a mesh', () => {
  it('makes one incident of many alerts, through the death of its process, and resolves it', async () => {
    const first = await mesh.start(correlation, { clock });
    await mesh.publish('muster.alerts.v1', alert('db'), { correlationId: 'c-1' });
    await mesh.idle();
    await eventually(async () => (await told()).length > 0);
    first.crash();
    await mesh.publish('muster.alerts.v1', alert('shop'));
    await mesh.start(correlation, { clock });
    await mesh.publish('muster.alerts.v1', alert('cart'));
    await mesh.publish('muster.alerts.v1', alert('cart'));
    await mesh.idle();
    await pass(10_000, async () => (await latest())?.alertCount === 3);
    expect(await latest()).toMatchObject({
      status: 'OPEN',
      severity: 'CRITICAL',
      target: 'db',
      suspectedCause: { target: 'db', fingerprint: 'db/latency_ms/unusual' },
    });
    expect((await latest())?.impact.toSorted()).toEqual(['cart', 'shop']);

    for (const target of ['db', 'shop', 'cart']) await mesh.publish('muster.alerts.v1', alert(target, 'RESOLVED'));
    await mesh.idle();
    await pass(5 * 60_000, async () => (await latest())?.status === 'RESOLVED');
    const all = await told();
    expect(new Set(all.map(({ incidentId }) => incidentId)).size).toBe(1);
    expect(new Set(all.map(({ envelope }) => envelope.correlationId))).toEqual(new Set(['c-1']));
    const transitions = (await mesh.read('muster.alert-transitions.v1')).map(({ id, value }) => [id, value] as const);
    const kinds = [...new Map(transitions).values()].map(({ target, transition }) => `${target} ${transition}`);
    expect(kinds.toSorted()).toEqual(
      ['cart', 'db', 'shop'].flatMap((target) => [`${target} FIRED`, `${target} RESOLVED`]),
    );
    const folded = transitions.find(([, { target, transition }]) => target === 'cart' && transition === 'RESOLVED');
    expect(folded?.[1].foldedCount).toBe(1);
  });

  it('says which silence is not in force, and sets aside an alert without a target', async () => {
    await mesh.start(correlation, { clock });
    const times = { startsAt: clock.now(), endsAt: clock.now() + 60_000 };
    await mesh.publish('muster.silences.v1', { silenceId: 's', matchers: [], createdBy: 'ann', ...times });
    await mesh.publish('muster.alerts.v1', { ...alert('shop'), target: '' });
    await mesh.idle();
    const alerts = (await mesh.read('muster.alerts.v1')).map(({ value }) => value);
    expect(alerts.find(({ envelope }) => envelope.source === 'correlation')).toMatchObject({
      fingerprint: 'muster/correlation/problem/silence/s',
      title: 'silence s is not in force',
    });
    expect(mesh.deadLetters('muster.alerts.v1', 'correlation')).toHaveLength(1);
  });
});
