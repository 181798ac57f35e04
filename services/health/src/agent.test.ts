import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, memoryMesh, type MemoryMesh } from '@muster/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serveTcp } from '../test/servers.ts';
import { health } from './agent.ts';

let mesh: MemoryMesh;
let folder: string;
beforeEach(async () => {
  mesh = await memoryMesh({ agents: [health], partitions: 2 });
  folder = mkdtempSync(join(tmpdir(), 'health-'));
});
afterEach(async () => {
  await mesh.stop();
  rmSync(folder, { recursive: true });
});

it('checks what file and topology declare, says what is down, and says when it is up again', async () => {
  const cache = await serveTcp(() => undefined);
  let door = await serveTcp(() => undefined);
  const { port } = door;
  const often = 'every: 1s, timeout: 200ms, retry: 1s, failAfter: 1, recoverAfter: 1';
  const file = join(folder, 'targets.yaml');
  writeFileSync(file, `targets:\n  - target: door\n    checks: [{ address: 'tcp://127.0.0.1:${port}', ${often} }]\n`);
  const labels = { check: `tcp://127.0.0.1:${cache.port}`, checkEvery: '5s' };
  await mesh.publish('muster.topology.v1', { target: 'cache', labels });
  await mesh.start(health, { config: health.config.parse({ targetsFile: file }) });

  const statusOf = async (target: string): Promise<string | undefined> =>
    (await mesh.read('muster.health-reports.v1')).findLast(({ key }) => key === target)?.value.status;
  const alerts = async (): Promise<string[]> =>
    (await mesh.read('muster.alerts.v1')).map(({ value }) => `${value.status} ${value.target}`);
  const becomes = (target: string, status: string): Promise<unknown> =>
    eventually(
      async () => (await statusOf(target)) === status,
      () => `${target} does not become ${status}`,
    );

  await becomes('door', 'HEALTHY');
  await door.stop();
  await becomes('door', 'UNHEALTHY');
  await becomes('cache', 'HEALTHY');
  expect(await alerts()).toEqual(['FIRING door']);
  door = await serveTcp(() => undefined, port);
  await becomes('door', 'HEALTHY');
  await mesh.idle();
  expect(await alerts()).toEqual(['FIRING door', 'RESOLVED door']);
  expect(mesh.deadLetters('muster.check-results.v1', 'health')).toEqual([]);
  await Promise.all([door.stop(), cache.stop()]);
});
