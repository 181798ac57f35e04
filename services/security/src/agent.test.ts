import { clientOn } from '@muster/client';
import { eventually, memoryMesh, type MemoryMesh } from '@muster/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { security } from './agent.ts';
import { carryOut } from './carry-out.ts';
import { blockAddress } from './actions/block-address.ts';
import { settings } from './settings.ts';

let mesh: MemoryMesh;
beforeEach(async () => {
  mesh = await memoryMesh({ agents: [security], partitions: 2 });
});
afterEach(() => mesh.stop());

const event = (address: string) =>
  ({ kind: 'LOGIN', outcome: 'FAILED', address, actor: 'root', target: 'gate', at: Date.now() }) as const;
const blocksOf = async () => (await mesh.read('muster.blocks.v1')).map(({ value }) => value);

describe('security in a mesh', () => {
  it('blocks who attacks, once, through the death of its process', async () => {
    const first = await mesh.start(security);
    await mesh.publishAll(
      'muster.security-events.v1',
      Array.from({ length: 3 }, () => event('203.0.113.7')),
    );
    await mesh.idle();
    first.crash();
    await mesh.start(security);
    await mesh.publishAll(
      'muster.security-events.v1',
      Array.from({ length: 4 }, () => event('::ffff:203.0.113.7')),
    );
    await mesh.idle();
    expect(await blocksOf()).toMatchObject([{ address: '203.0.113.7', status: 'ACTIVE', decidedBy: 'security' }]);
  });

  it('heeds a release after its state is lost', async () => {
    const first = await mesh.start(security);
    const startsAt = Date.now();
    await mesh.publish('muster.blocks.v1', {
      address: '203.0.113.7',
      status: 'RELEASED',
      startsAt,
      endsAt: startsAt + 3_600_000,
      decidedBy: 'ann',
    });
    await mesh.idle();
    await first.stop();
    mesh.store.flushAll();
    await mesh.start(security);
    await mesh.publishAll(
      'muster.security-events.v1',
      Array.from({ length: 9 }, () => event('203.0.113.7')),
    );
    await mesh.idle();
    expect((await blocksOf()).filter(({ status }) => status === 'ACTIVE')).toEqual([]);
  });

  it('blocks on the authority of an approved change, and not without one', async () => {
    await mesh.start(security);
    const input = JSON.stringify({ address: '203.0.113.7', forMs: 3_600_000, reason: 'It guessed.' });
    const capability = 'security.block-address';
    const now = Date.now();
    const change = { changeId: 'chg-1', target: 'gate', changeClass: 'block-address', capability } as const;
    const task = {
      capability,
      input,
      target: 'gate',
      deadline: now + 60_000,
      replyTo: 'test',
      changeId: 'chg-1',
    } as const;
    await mesh.publish('muster.inbox.security.v1', { ...task, taskId: 't-1', conversation: 'a', idempotencyKey: 'a' });
    await mesh.idle();
    expect(await blocksOf()).toEqual([]);
    // Decisions count when they are approval's.
    await clientOn(mesh.bus, { source: 'approval' }).publish('muster.decisions.v1', {
      ...change,
      requestId: 'r-1',
      sequence: 1,
      verdict: 'APPROVED',
      reason: 'A person agreed.',
      risk: 0.1,
      confidence: 1,
      requestedAt: now,
      expiresAt: now + 3_600_000,
    });
    let tries = 0;
    // The decision is looked up, so that it counts a moment after it was published.
    await eventually(async () => {
      const id = `later-${(tries += 1)}`;
      await mesh.publish('muster.inbox.security.v1', { ...task, taskId: id, conversation: id, idempotencyKey: id });
      await mesh.idle();
      return (await blocksOf()).length > 0;
    });
    expect((await blocksOf())[0]).toMatchObject({
      address: '203.0.113.7',
      status: 'ACTIVE',
      decidedBy: 'an approved change',
      changeId: 'chg-1',
      reason: 'It guessed.',
    });
  });

  it('makes no more blocks than the hour allows, though all addresses attack at the same moment', async () => {
    await mesh.start(security, { config: security.config.parse({ blocksPerHour: 7 }) });
    const addresses = Array.from({ length: 30 }, (_, nth) => `203.0.113.${nth + 1}`);
    for (let nth = 0; nth < 5; nth += 1) await mesh.publishAll('muster.security-events.v1', addresses.map(event));
    await mesh.idle();
    expect(await blocksOf()).toHaveLength(7);
    expect(await mesh.read('muster.change-requests.v1')).toHaveLength(23);
  });

  it('sets aside what names a range', async () => {
    await mesh.start(security);
    await mesh.publish('muster.security-events.v1', event('203.0.113.0/24'));
    await mesh.idle();
    expect(mesh.deadLetters('muster.security-events.v1', 'security')).toHaveLength(1);
  });
});

describe('the action that blocks', () => {
  const io = {
    config: settings.parse({ operatorAddress: '198.51.100.9' }),
    now: () => 1_000,
    changeId: 'chg-1',
  } as never;

  it('gives the block its end, and its result is published', async () => {
    const made = await blockAddress.run({ address: '::ffff:203.0.113.7', forMs: 60_000, reason: 'x' }, io);
    expect(made).toEqual({ address: '203.0.113.7', startsAt: 1_000, endsAt: 61_000, reason: 'x', changeId: 'chg-1' });
    const result = {
      agent: 'security',
      capability: 'security.block-address',
      status: 'COMPLETED',
      output: JSON.stringify(made),
      context: {},
    };
    const outcome = carryOut({ value: result } as never, { now: 2_000 } as never);
    expect(outcome).toMatchObject({
      publish: [{ topic: 'muster.blocks.v1', value: { address: '203.0.113.7', status: 'ACTIVE' } }],
    });
    expect(carryOut({ value: { ...result, status: 'FAILED' } } as never, { now: 2_000 } as never).kind).toBe('ignored');
  });

  it.each([
    ['198.51.100.9', 'is on the allow-list'],
    ['127.0.0.1', 'its own network'],
    ['203.0.113.0/24', 'is a range'],
  ])('looks at the allow-list again: %s', async (address, reason) => {
    await expect(blockAddress.run({ address, forMs: 60_000, reason: 'x' }, io)).rejects.toThrow(reason);
  });
});

it.each(['home', '203.0.113.7, 10.0.0', '203.0.113.0/33'])('does not begin with the allow-list %s', (allowList) => {
  expect(settings.safeParse({ allowList }).error?.issues[0]?.message).toMatch('give addresses and ranges');
});
