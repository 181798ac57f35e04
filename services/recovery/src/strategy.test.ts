import type { AgentScore } from '@muster/schemas';
import { describe, expect, it } from 'vitest';
import { beginAt, faultOf, taskOf } from '../test/drive.ts';
import { failureOf } from './failure.ts';
import { opened } from './open-task.ts';
import { decide, type Situation } from './strategy.ts';

const now = beginAt;
const scoreWith = (over: Partial<AgentScore>): AgentScore => ({
  envelope: taskOf().envelope,
  agent: 'worker',
  capability: 'work.do',
  count: 10,
  successRate: 0.1,
  latencyP50Ms: 100,
  latencyP95Ms: 200,
  cost: 0,
  breaker: 'CLOSED',
  halfOpenAt: null,
  windowMs: 0,
  retryShare: 1,
  lessons: [],
  ...over,
});
const after = (type: string, over: Partial<Situation> = {}) =>
  decide({
    open: { ...opened(taskOf(), now), tries: 1 },
    failure: failureOf({ agent: 'worker', fault: faultOf(type) }),
    now,
    maxAttempts: 5,
    score: undefined,
    others: [],
    draw: () => 0.5,
    ...over,
  });

describe('the strategy', () => {
  it.each([
    ['ECONNRESET', 'backoff'],
    ['HTTP_503', 'backoff'],
    ['ECONNREFUSED', 'backoff'],
    ['Odd', 'backoff'],
    ['HTTP_400', 'give-up'],
    ['BadInput', 'give-up'],
    ['UnknownCapability', 'give-up'],
    ['KillSwitch', 'wait'],
  ])('after %s is %s when nobody else can do it', (type, strategy) => {
    expect(after(type).strategy).toBe(strategy);
  });

  it.each([
    ['ECONNRESET', 'backoff'],
    ['HTTP_503', 'other-agent'],
    ['ECONNREFUSED', 'backoff'],
    ['Odd', 'other-agent'],
    ['HTTP_400', 'give-up'],
    ['UnknownCapability', 'other-agent'],
  ])('after %s is %s when another can', (type, strategy) => {
    expect(after(type, { others: ['helper'] }).strategy).toBe(strategy);
  });

  it('is another agent after the second failure in passing of the same one', () => {
    const past = {
      attempt: 1,
      agent: 'worker',
      kind: 'transient',
      type: '',
      message: '',
      strategy: 'backoff',
      reason: '',
      at: now,
    } as const;
    const open = { ...opened(taskOf(), now), tries: 2, history: [past] };
    expect(after('ECONNRESET', { open, others: ['helper'] })).toMatchObject({
      strategy: 'other-agent',
      avoid: ['worker'],
    });
  });

  it('is the breaker while that is open, and a time after it is half-open', () => {
    const score = scoreWith({ breaker: 'OPEN', halfOpenAt: now + 20_000 });
    const decision = after('ECONNRESET', { score });
    expect(decision.strategy).toBe('breaker');
    expect('dueAt' in decision && decision.dueAt).toBeGreaterThan(now + 20_000);
    expect(after('ECONNRESET', { score, others: ['helper'] }).strategy).toBe('other-agent');
    const open = { ...opened(taskOf({ deadline: now + 10_000 }), now), tries: 1 };
    expect(after('ECONNRESET', { score, open })).toMatchObject({ strategy: 'give-up' });
  });

  it('comes forward to end by the deadline, and is given up when it can not', () => {
    const open = (deadline: number) => ({ ...opened(taskOf({ deadline }), now), tries: 4 });
    const score = scoreWith({ latencyP50Ms: 5_000 });
    expect(after('ECONNRESET', { score, open: open(now + 6_000), draw: () => 0.999 })).toMatchObject({
      dueAt: now + 1_000,
    });
    expect(after('ECONNRESET', { score, open: open(now + 5_000) })).toMatchObject({ strategy: 'give-up' });
  });

  it('spreads over the whole of its backoff', () => {
    const dueAt = (draw: number, tries: number): number => {
      const decision = after('ECONNRESET', { draw: () => draw, open: { ...opened(taskOf(), now), tries } });
      return 'dueAt' in decision ? decision.dueAt - now : -1;
    };
    expect([dueAt(0, 1), dueAt(1, 1), dueAt(1, 3), dueAt(1, 4)]).toEqual([100, 600, 2_100, 4_100]);
  });

  it('prefers another agent where experience is clear', () => {
    const lesson = { faultClass: 'transient', pattern: '', tried: 10 };
    const lessons = [
      { ...lesson, strategy: 'backoff', worked: 2 },
      { ...lesson, strategy: 'other-agent', worked: 9 },
    ];
    expect(after('ECONNRESET', { score: scoreWith({ lessons }), others: ['helper'] })).toMatchObject({
      strategy: 'other-agent',
      reason: expect.stringContaining('another agent did it 90 % of the time, the same 20 %') as string,
    });
  });
});
