import type { AgentCard, AgentHeartbeat } from '@muster/schemas';
import { describe, expect, it } from 'vitest';
import { agentLines } from './agent-status.ts';

const now = 1_000_000;
const heard = (instance: string, ageMs: number, more: Partial<AgentHeartbeat> = {}) => ({
  at: now - ageMs,
  heartbeat: {
    agent: instance.replace(/-\d$/, ''),
    instance,
    status: 'READY',
    version: '1.0.0',
    load: 0,
    lag: 0,
    partitions: [],
    reason: '',
    ...more,
  } as unknown as AgentHeartbeat,
});
const card = (agent: string) => ({ agent, version: '1.0.0' }) as AgentCard;
const brief = (...args: Parameters<typeof agentLines>) =>
  agentLines(...args).map(({ agent, instance, status }) => [agent, instance, status]);

describe('the agents of a mesh', () => {
  it('are what they last said of themselves', () => {
    const beats = [
      heard('router-1', 12_000),
      heard('router-1', 2_000, { status: 'NOT_READY', reason: 'Redis is away' }),
    ];
    expect(agentLines([], beats, now)).toMatchObject([{ status: 'NOT_READY', reason: 'Redis is away', ageMs: 2_000 }]);
  });

  it.each([
    [29_000, 'READY'],
    [31_000, 'STALE'],
    [61_000, 'GONE'],
  ])('are, %i ms after their last word, %s', (ageMs, status) => {
    expect(brief([], [heard('router-1', ageMs)], now)).toEqual([['router', 'router-1', status]]);
  });

  it('leave out an instance that another has replaced', () => {
    const beats = [
      heard('router-1', 90_000),
      heard('router-2', 1_000),
      heard('router-3', 20_000, { status: 'STOPPING' }),
    ];
    expect(brief([], beats, now)).toEqual([['router', 'router-2', 'READY']]);
  });

  it('name an agent that has a card and was not heard of', () => {
    expect(brief([card('router'), card('approval')], [heard('router-1', 0)], now)).toEqual([
      ['approval', '', 'GONE'],
      ['router', 'router-1', 'READY'],
    ]);
  });
});
