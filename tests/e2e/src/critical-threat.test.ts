/** From a guessed login to a closed door: the agents that run in a mesh, in one process; the only person in it is the reviewer. */
import { approval } from '@muster/approval';
import { coordinator } from '@muster/coordinator';
import { router } from '@muster/router';
import { security } from '@muster/security';
import { eventually, memoryMesh, type MemoryMesh } from '@muster/testkit';
import { afterEach, expect, it } from 'vitest';

let mesh: MemoryMesh;
afterEach(() => mesh.stop());

const dayMs = 86_400_000;
const [guest, server] = ['203.0.113.7', 'gate'] as const;

it('puts a guessed login to people, and blocks on their word, once', async () => {
  const agents = [security, approval, router, coordinator];
  mesh = await memoryMesh({ agents, partitions: 2 });
  for (const agent of agents)
    await mesh.start(agent, agent === router ? { config: router.config.parse({ startingMs: 0 }) } : {});
  await mesh.publish('muster.topology.v1', { target: server, tier: 'STANDARD' });

  const login = (outcome: 'SUCCEEDED' | 'FAILED', at: number) =>
    ({ kind: 'LOGIN', outcome, address: guest, actor: 'ann', target: server, at }) as const;
  const now = Date.now();
  // Known for good on some days, so that six failures are not yet a reason to block.
  await mesh.publishAll('muster.security-events.v1', [
    ...[5, 4, 3, 2, 1].map((days) => login('SUCCEEDED', now - days * dayMs)),
    ...Array.from({ length: 6 }, () => login('FAILED', now)),
    login('SUCCEEDED', now),
  ]);

  const verdicts = async () => (await mesh.read('muster.decisions.v1')).map(({ value }) => value);
  await eventually(async () => (await verdicts()).some(({ verdict }) => verdict === 'ESCALATED'));
  const [request] = await mesh.read('muster.change-requests.v1');
  expect(request?.value).toMatchObject({ capability: 'security.block-address', target: server });
  expect(await mesh.read('muster.blocks.v1')).toEqual([]);

  const changeId = request?.value.changeId ?? '';
  await mesh.publish('muster.reviews.v1', { changeId, reviewer: 'ada', roles: ['sre'], verdict: 'APPROVE' });
  await eventually(
    async () => (await mesh.read('muster.blocks.v1')).length > 0,
    () => 'no block came of the approval',
  );
  const runEnded = async () =>
    (await mesh.read('muster.workflow-events.v1')).some(({ value }) => value.kind === 'RUN_COMPLETED');
  await eventually(runEnded);
  expect((await mesh.read('muster.blocks.v1')).map(({ value }) => value)).toMatchObject([
    { address: guest, status: 'ACTIVE', decidedBy: 'an approved change', changeId },
  ]);
  expect((await verdicts()).map(({ verdict }) => verdict)).toEqual(['ESCALATED', 'APPROVED']);
});
