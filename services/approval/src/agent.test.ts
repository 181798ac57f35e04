import { isWaiting, verifyChain } from '@muster/policy';
import type { ChangeRequestInput } from '@muster/schemas';
import { eventually, memoryMesh, type MemoryMesh } from '@muster/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approval } from './agent.ts';

let mesh: MemoryMesh;
beforeEach(async () => {
  mesh = await memoryMesh({ agents: [approval], partitions: 3 });
  await mesh.publish('muster.topology.v1', { target: 'shop', tier: 'STANDARD' });
  await mesh.publish('muster.topology.v1', { target: 'till', tier: 'CRITICAL', dependsOn: ['shop'] });
});
afterEach(() => mesh.stop());

const ask = (changeId: string, target: string): ChangeRequestInput => ({
  changeId,
  target,
  title: `Restart ${target}`,
  changeClass: 'restart',
  capability: 'recovery.restart',
  blastRadius: 0.5,
  requestedBy: 'coordinator',
  incidentId: 'inc-1',
});

/** What was decided on each change, in order, each message once. */
async function decided(): Promise<Record<string, string[]>> {
  const byId = new Map((await mesh.read('muster.decisions.v1')).map(({ id, value }) => [id, value]));
  const verdicts: Record<string, string[]> = {};
  for (const { changeId, verdict } of byId.values()) (verdicts[changeId] ??= []).push(verdict);
  return verdicts;
}

describe('approval in a mesh', () => {
  it('decides what it may, asks people for the rest, and goes on after its process has died', async () => {
    const first = await mesh.start(approval);
    await mesh.publish('muster.change-requests.v1', ask('a', 'shop'), { correlationId: 'work-1' });
    await mesh.publish('muster.change-requests.v1', ask('b', 'till'));
    await eventually(async () => Object.keys(await decided()).length === 2);
    first.crash();
    await mesh.start(approval);
    await mesh.publish('muster.reviews.v1', { changeId: 'b', reviewer: 'ada', roles: ['sre'], verdict: 'APPROVE' });
    await mesh.publish('muster.reviews.v1', { changeId: 'a', reviewer: 'ada', roles: ['sre'], verdict: 'DENY' });
    await mesh.idle();
    expect(await decided()).toEqual({ a: ['APPROVED'], b: ['ESCALATED', 'APPROVED'] });

    const decisions = await mesh.read('muster.decisions.v1');
    expect(decisions.find(({ key }) => key === 'a')?.value.envelope.correlationId).toBe('work-1');
    const records = [...new Map((await mesh.read('muster.audit.v1')).map(({ id, value }) => [id, value])).values()];
    for (const changeId of ['a', 'b']) {
      const chain = records.filter((record) => record.subject === `approval/${changeId}` && !isWaiting(record));
      expect(verifyChain(chain)).toEqual([]);
      expect(chain.length).toBe(changeId === 'a' ? 2 : 3);
    }
    expect(mesh.deadLetters('muster.change-requests.v1', 'approval')).toEqual([]);
  });

  it('keeps its budgets when many ask at once, and learns how runs end', async () => {
    await mesh.start(approval, { config: approval.config.parse({ maxPerTargetPerHour: 3 }) });
    await mesh.publishAll(
      'muster.change-requests.v1',
      Array.from({ length: 20 }, (_, index) => ({ ...ask(`chg-${index}`, 'shop'), workflowId: 'w' })),
    );
    await eventually(async () => Object.keys(await decided()).length === 20);
    const approved = Object.entries(await decided()).filter(([, verdicts]) => verdicts[0] === 'APPROVED');
    expect(approved).toHaveLength(3);

    const event = { workflowId: 'w', happenedAt: Date.now(), text: '', changeId: approved[0]?.[0] ?? '' };
    await mesh.publish('muster.workflow-events.v1', { ...event, sequence: 1, kind: 'RUN_STARTED' });
    await mesh.publish('muster.workflow-events.v1', { ...event, sequence: 2, kind: 'RUN_COMPLETED' });
    await mesh.idle();
    await mesh.publish('muster.change-requests.v1', ask('late', 'till'));
    await eventually(async () => 'late' in (await decided()));
    const late = (await mesh.read('muster.decisions.v1')).find(({ key }) => key === 'late');
    expect(late?.value).toMatchObject({ verdict: 'ESCALATED', verified: 1, rolledBack: 0 });
  });
});
