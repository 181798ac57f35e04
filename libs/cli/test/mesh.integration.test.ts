import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findStack, identify, isAlive } from '@muster/local-stack';
import { afterAll, describe, expect, it } from 'vitest';
import { findMesh, startMesh, stopMesh } from '../src/index.ts';
import type { MeshState } from '../src/index.ts';
import { muster, startMuster } from './muster.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-mesh-'));
const onGivenServers = { MUSTER_DATA_DIR: join(folder, 'given') };
const onOwnServers = {
  MUSTER_DATA_DIR: join(folder, 'own'),
  KAFKA_BROKERS: '',
  SCHEMA_REGISTRY_URL: '',
  REDIS_URL: '',
};
const up = ['up', '--agents', 'monitoring'];
const soon = { timeout: 60_000, interval: 100 };

afterAll(async () => {
  for (const { MUSTER_DATA_DIR: dataDir } of [onGivenServers, onOwnServers]) await stopMesh(dataDir);
  rmSync(folder, { recursive: true, force: true });
});

const stateIn = (dataDir: string): MeshState =>
  JSON.parse(readFileSync(join(dataDir, 'mesh.json'), 'utf8')) as MeshState;

describe('a mesh on servers that are given', () => {
  const { MUSTER_DATA_DIR: dataDir } = onGivenServers;

  it('runs until Ctrl-C, once at a time, and leaves the servers alone', async () => {
    const running = startMuster(up, onGivenServers);
    await expect.poll(running.output, soon).toContain('Ctrl-C ends it.');
    const [agent] = stateIn(dataDir).agents;
    expect(running.output()).toMatch(new RegExp(`monitoring +${agent!.pid} +${agent!.url}`));
    expect((await fetch(`${agent!.url}/readyz`)).status).toBe(200);

    const second = await muster(up, { env: onGivenServers });
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining(`A mesh runs from ${dataDir} already`) });

    running.child.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(isAlive(agent!)).toBe(false);
    expect(findMesh(dataDir)).toBeUndefined();
    expect(await muster(['topics', '--json'])).toMatchObject({ code: 0, stderr: '' });
  });

  it('is ended by down, also while somebody watches it', async () => {
    const running = startMuster(up, onGivenServers);
    await expect.poll(running.output, soon).toContain('Ctrl-C ends it.');
    expect(await muster(['down'], { env: onGivenServers })).toMatchObject({ code: 0, stderr: 'The mesh is down.\n' });
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(await muster(['down'], { env: onGivenServers })).toMatchObject({ code: 0, stderr: expect.stringContaining('No mesh runs') }); // prettier-ignore
  });

  it('tells when an agent dies, and cleans up what a killed one left behind', async () => {
    const running = startMuster(up, onGivenServers);
    await expect.poll(running.output, soon).toContain('Ctrl-C ends it.');
    const state = stateIn(dataDir);
    running.child.kill('SIGKILL');
    await running.ended;
    expect(isAlive(state.agents[0]!)).toBe(true);

    const again = startMuster(up, onGivenServers);
    await expect.poll(again.output, soon).toContain('Ctrl-C ends it.');
    expect(again.output()).toContain('Ending the agents that an interrupted run left behind');
    expect(isAlive(state.agents[0]!)).toBe(false);
    process.kill(stateIn(dataDir).agents[0]!.pid, 'SIGKILL');
    await expect.poll(again.output, soon).toContain('The agent monitoring ended by itself (SIGKILL); its log is');
    again.child.kill('SIGTERM');
    expect(await again.ended).toMatchObject({ code: 0 });
  });

  it('is not left half started', async () => {
    const env = { ...process.env, MUSTER_CONCURRENCY: 'many' };
    const starting = startMesh({ dataDir, agents: ['monitoring'], env });
    await expect(starting).rejects.toThrow(
      /The agent monitoring ended while it started \(exit code 2\): .*MUSTER_CONCURRENCY/,
    );
    expect(findMesh(dataDir)).toBeUndefined();

    const interrupted = startMuster(up, onGivenServers);
    await expect.poll(interrupted.output, soon).toContain('Starting monitoring');
    interrupted.child.kill('SIGINT');
    expect(await interrupted.ended).toMatchObject({ code: 130 });
    expect(findMesh(dataDir)).toBeUndefined();
  });
});

describe('a mesh on servers of its own', () => {
  const { MUSTER_DATA_DIR: dataDir } = onOwnServers;

  it('is left running by up --detach, found by other commands, and ended by down', async () => {
    const { code, stdout } = await muster([...up, '--detach', '--json'], { env: onOwnServers });
    const { urls, agents } = JSON.parse(stdout) as { urls: { kafkaBrokers: string }; agents: { pid: number }[] };
    expect(code).toBe(0);
    const agent = identify(agents[0]!.pid)!;
    const servers = (await findStack(dataDir))!.processes.map(({ pid }) => identify(pid)!);
    expect(servers).toHaveLength(3);

    const second = await muster([...up, '--detach'], { env: onOwnServers });
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('already') });
    const sample = JSON.stringify({ target: 'shop', name: 'orders', value: 1, at: Date.now() });
    expect(await muster(['publish', 'metrics', sample], { env: onOwnServers })).toMatchObject({ code: 0 });
    const status = () => muster(['status'], { env: onOwnServers });
    await expect.poll(async () => (await status()).code, soon).toBe(0);
    expect((await status()).stdout).toContain(urls.kafkaBrokers);

    expect(await muster(['down'], { env: onOwnServers })).toMatchObject({ code: 0, stderr: 'The mesh is down.\n' });
    expect([agent, ...servers].filter(isAlive)).toEqual([]);
  });
});
