import { createBus, memoryLog, memorySchemaSource } from '@muster/bus';
import { topics, type AgentHeartbeatInput, type AgentHeartbeat } from '@muster/schemas';
import { expect, it, vi } from 'vitest';
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import { silent } from './logs.ts';
import { followTables } from './tables.ts';
import type { Table } from './agent.ts';

const minuteMs = 60_000;
const begunAt = Date.UTC(2026, 0, 5);

it('keeps of a topic that is not compacted only what came lately', async () => {
  let now = begunAt;
  const clock: Clock = { ...systemClock, now: () => now };
  const log = memoryLog({
    topics: topics.map(({ name, partitions }) => ({ topic: name, partitions, config: {} })),
    clock: () => now,
  });
  const bus = createBus({ log, schemas: memorySchemaSource(), clock: () => now });
  await bus.warm({ reads: [], writes: ['muster.agent-heartbeats.v1'] });
  const beat = async (instance: string): Promise<void> => {
    const value: AgentHeartbeatInput = { agent: 'a', instance, status: 'READY', startedAt: begunAt };
    const envelope = { id: `${instance}-${now}`, time: now, source: 'a', correlationId: 'c', causationId: null };
    await bus.log.append([bus.encode({ topic: 'muster.agent-heartbeats.v1', value, envelope })]);
  };
  await beat('long gone');
  now += 20 * minuteMs;
  await beat('a-1');
  const tables = await followTables(bus, clock, { heartbeats: 'muster.agent-heartbeats.v1' }, silent, (fault) => {
    throw fault;
  });
  const table = tables.views['heartbeats'] as Table<AgentHeartbeat>;
  const present = (): string[] => [...table.values()].map(({ instance }) => instance).toSorted();
  await vi.waitFor(() => expect(tables.trouble).toBeUndefined());
  expect(present()).toEqual(['a-1']);
  now += 9 * minuteMs;
  await beat('a-2');
  await vi.waitFor(() => expect(present()).toEqual(['a-1', 'a-2']));
  now += 2 * minuteMs;
  await beat('a-2');
  await vi.waitFor(() => expect(present()).toEqual(['a-2']));
  await tables.stop(1_000);
});

it('keeps more where more is asked for', async () => {
  let now = begunAt;
  const log = memoryLog({
    topics: topics.map(({ name, partitions }) => ({ topic: name, partitions, config: {} })),
    clock: () => now,
  });
  const bus = createBus({ log, schemas: memorySchemaSource(), clock: () => now });
  await bus.warm({ reads: [], writes: ['muster.agent-heartbeats.v1'] });
  const value: AgentHeartbeatInput = { agent: 'a', instance: 'a-1', status: 'READY', startedAt: begunAt };
  const envelope = { id: 'a-1', time: now, source: 'a', correlationId: 'c', causationId: null };
  await bus.log.append([bus.encode({ topic: 'muster.agent-heartbeats.v1', value, envelope })]);
  now += 20 * minuteMs;
  const clock: Clock = { ...systemClock, now: () => now };
  const lost = (fault: Error): void => {
    throw fault;
  };
  const names = { heartbeats: 'muster.agent-heartbeats.v1' } as const;
  const tables = await followTables(bus, clock, names, silent, lost, { 'muster.agent-heartbeats.v1': 30 * minuteMs });
  await vi.waitFor(() => expect(tables.trouble).toBeUndefined());
  expect(tables.views['heartbeats']?.size).toBe(1);
  await tables.stop(1_000);
});
