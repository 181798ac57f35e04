import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findStack, type Stack, startStack, type StackOptions, stopStack } from '../src/index.ts';
import { isPortFree, type Ports } from '../src/ports.ts';
import { identify } from '../src/process-identity.ts';

let dataDir = '';
let listener: Server;
/** Kafka and the registry are given (anything that listens will do), so that only Redis is started: in milliseconds. */
let redisAlone: NodeJS.ProcessEnv;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'local stack '));
  listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  redisAlone = { KAFKA_BROKERS: `127.0.0.1:${port}`, SCHEMA_REGISTRY_URL: `http://127.0.0.1:${port}` };
});

afterEach(async () => {
  await stopStack(dataDir);
  listener.close();
  rmSync(dataDir, { recursive: true });
});

const startRedis = (options: Partial<StackOptions> = {}): Promise<Stack> =>
  startStack({ dataDir, env: redisAlone, ...options });

const isThere = (pid: number): boolean => identify(pid) !== undefined;

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { timeout: 20_000, interval: 25 }).toBe(true);
}

describe('the whole stack', () => {
  const subject = (stack: Stack): string => `${stack.schemaRegistryUrl}/subjects/orders-value/versions`;

  test('starts, keeps its schemas and its ports through a restart, and leaves nothing running', async () => {
    const lines: string[] = [];
    const first = await startStack({ dataDir, env: {}, log: (line) => lines.push(line) });
    expect(first.processes.map(({ name }) => name).toSorted()).toEqual(['kafka', 'redis', 'registry']);
    expect(lines.filter((line) => line.includes('is ready')).length).toBe(3);
    const registered = await fetch(subject(first), {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema: '"string"' }),
    });
    expect(registered.status).toBe(200);
    await first.stop();
    expect(first.processes.filter(({ pid }) => isThere(pid))).toEqual([]);

    const second = await startStack({ dataDir, env: {} });
    expect(second.kafkaBrokers).toBe(first.kafkaBrokers);
    expect(await (await fetch(subject(second))).json()).toEqual([1]);
    await second.stop();
  });

  test('says which server died and shows its last lines when its data is damaged, and ends the others', async () => {
    const stack = await startStack({ dataDir, env: {} });
    await stack.stop();
    writeFileSync(join(dataDir, 'kafka', 'data', 'meta.properties'), 'version=1\ncluster.id=another\nnode.id=7\n');
    await expect(startStack({ dataDir, env: {} })).rejects.toThrow(
      expect.objectContaining({
        code: 'SERVER_DIED',
        message: expect.stringMatching(/^Kafka ended while it was starting.*\n {2}/s),
      }),
    );
    expect(existsSync(join(dataDir, 'stack.json'))).toBe(false);
    const ports = JSON.parse(readFileSync(join(dataDir, 'ports.json'), 'utf8')) as Ports;
    expect(await Promise.all(Object.values(ports).map(isPortFree))).toEqual([true, true, true, true, true]);
  });
});

test('of three brokers one is killed and comes back, with its data and on its port', async () => {
  const stack = await startStack({ dataDir, brokers: 3, env: { ...redisAlone, KAFKA_BROKERS: '', REDIS_URL: '' } });
  const ports = stack.kafkaBrokers.split(',').map((broker) => Number(broker.split(':')[1]));
  expect(stack.processes.map(({ name }) => name).toSorted()).toEqual(['kafka', 'kafka2', 'kafka3', 'redis']);
  const killed = stack.servers.find(({ name }) => name === 'kafka2');
  const before = killed?.pid ?? 0;
  await killed?.kill();
  expect(isThere(before)).toBe(false);
  await expect.poll(() => isPortFree(ports[1] ?? 0), { timeout: 20_000 }).toBe(true);
  await killed?.start();
  expect(await isPortFree(ports[1] ?? 0)).toBe(false);
  await stack.stop();
  // A process that is killed may be gone a moment before its sockets are.
  await expect.poll(() => Promise.all(ports.map(isPortFree)), { timeout: 20_000 }).toEqual([true, true, true]);
  expect(isThere(killed?.pid ?? 0)).toBe(false);
});

describe('a second start from the same folder', () => {
  test('is refused, or given the running stack if it asks for that', async () => {
    const stack = await startRedis();
    await expect(startRedis()).rejects.toThrow(expect.objectContaining({ code: 'ALREADY_RUNNING' }));
    const same = await startRedis({ ifRunning: 'use' });
    expect(same.processes).toEqual(stack.processes);
    expect((await findStack(dataDir))?.redisUrl).toBe(stack.redisUrl);
    await same.stop();
    expect(await findStack(dataDir)).toBeUndefined();
    await stack.stop();
  });

  test('waits for the first when both ask for the same stack at once', async () => {
    const [one, other] = await Promise.all([startRedis({ ifRunning: 'use' }), startRedis({ ifRunning: 'use' })]);
    expect(one?.processes).toEqual(other?.processes);
  });

  test('begins anew after a server was killed', async () => {
    const deaths: string[] = [];
    const stack = await startRedis({ onServerDeath: (sentence) => deaths.push(sentence) });
    process.kill(stack.processes[0]?.pid ?? 0, 'SIGKILL');
    await until(() => deaths.length === 1);
    expect(deaths[0]).toMatch(/^Redis ended while the stack was running \(SIGKILL\)/);
    const next = await startRedis();
    expect(next.processes).not.toEqual(stack.processes);
  });

  test('with fresh servers has none of the data of the first', async () => {
    const appended = join(dataDir, 'redis', 'mark');
    await (await startRedis()).stop();
    writeFileSync(appended, '');
    await (await startRedis()).stop();
    expect(existsSync(appended)).toBe(true);
    await (await startRedis({ fresh: true })).stop();
    expect(existsSync(appended)).toBe(false);
  });
});

describe('ports and addresses', () => {
  test('a port that is asked for is used', async () => {
    const { port } = listener.address() as { port: number };
    listener.close();
    await once(listener, 'close');
    listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const elsewhere = `127.0.0.1:${(listener.address() as { port: number }).port}`;
    const env = { KAFKA_BROKERS: elsewhere, SCHEMA_REGISTRY_URL: `http://${elsewhere}` };
    const stack = await startRedis({ env, ports: { redis: port } });
    expect(stack.redisUrl).toBe(`redis://127.0.0.1:${port}`);
  });

  test('a port that is asked for and taken is refused before anything starts', async () => {
    const { port } = listener.address() as { port: number };
    await expect(startRedis({ ports: { redis: port } })).rejects.toThrow(
      expect.objectContaining({
        code: 'PORT_TAKEN',
        message: expect.stringContaining(`Port ${port}, asked for redis`),
      }),
    );
    expect(existsSync(join(dataDir, 'stack.json'))).toBe(false);
  });

  test('nothing is started when every server is given, and none that does not answer is believed', async () => {
    const given = { ...redisAlone, REDIS_URL: `redis://${redisAlone['KAFKA_BROKERS']}` };
    const stack = await startStack({ dataDir, env: given });
    expect(stack).toMatchObject({ redisUrl: given.REDIS_URL, processes: [] });
    await expect(startStack({ dataDir, env: { ...given, REDIS_URL: 'redis://127.0.0.1:1' } })).rejects.toThrow(
      expect.objectContaining({ code: 'UNREACHABLE', message: expect.stringContaining('REDIS_URL') }),
    );
  });
});

describe('when the owner is killed', () => {
  const ownerScript = (keep: boolean): string => `
    import { startStack } from ${JSON.stringify(join(import.meta.dirname, '../src/index.ts'))};
    const stack = await startStack({ dataDir: ${JSON.stringify(dataDir)}, keep: ${keep} });
    console.log(stack.processes[0].pid);
    setInterval(() => {}, 1000);`;

  async function killedOwner(keep: boolean): Promise<number> {
    const args = ['--input-type=module', '--eval', ownerScript(keep)];
    const owner = spawn(process.execPath, args, {
      env: { ...process.env, REDIS_URL: '', ...redisAlone },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    return Number(line.toString());
  }

  test('its servers end, at once or at the next start', async () => {
    const pid = await killedOwner(false);
    expect(await findStack(dataDir)).toBeUndefined();
    const next = await startRedis();
    expect(next.processes[0]?.pid).not.toBe(pid);
    await until(() => !isThere(pid));
  });

  test('servers that are kept go on, and are found and ended from elsewhere', async () => {
    const pid = await killedOwner(true);
    expect((await findStack(dataDir))?.processes).toEqual([{ name: 'redis', pid }]);
    await stopStack(dataDir);
    expect(isThere(pid)).toBe(false);
  });
});

test('an interrupted start ends what it started', async () => {
  const abort = new AbortController();
  const log = (line: string): void => {
    if (line.startsWith('Redis is ready')) abort.abort(new Error('interrupted'));
  };
  await expect(startStack({ dataDir, env: {}, log, signal: abort.signal })).rejects.toThrow('interrupted');
  expect(existsSync(join(dataDir, 'stack.json'))).toBe(false);
});
