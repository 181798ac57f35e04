import type { Message } from '@muster/bus';
import type { Decision, Flag, Task, TaskResult } from '@muster/schemas';
import { describe, expect, it } from 'vitest';
import { inboxHearer, type Commission } from './inbox.ts';
import { defineAgent, z } from './index.ts';
import type { AnyContext, RuntimeOutcome } from './lane.ts';

const { actions } = defineAgent({
  name: 'doubler',
  version: '1.0.0',
  description: '',
  actions: (offer) => ({
    'doubler.double': offer({
      version: '1.2.0',
      description: '',
      input: z.object({ value: z.number() }),
      output: z.number(),
      leaseMs: 1_000,
      run: async ({ value }) => value * 2,
    }),
    'doubler.look': offer({
      version: '1.0.0',
      description: '',
      input: z.object({ value: z.number() }),
      output: z.number(),
      isReadOnly: true,
      run: async ({ value }) => value,
    }),
    'doubler.risky': offer({
      version: '1.0.0',
      description: '',
      input: z.object({ value: z.number() }),
      output: z.number(),
      needsApproval: true,
      scopes: ['double'],
      run: async ({ value }) => value,
    }),
  }),
});

const killSwitch: Flag = {
  envelope: { id: 'f', time: 0, source: 'test', correlationId: 'c', causationId: null },
  flag: 'kill-switch',
  isOn: true,
  startsAt: null,
  endsAt: null,
  targets: [],
  reason: 'it makes it worse',
  setBy: 'ada',
};

const task = (more: Partial<Task> = {}): Task => ({
  envelope: { id: 'm1', time: 0, source: 'router', correlationId: 'c1', causationId: null },
  taskId: 't1',
  conversation: 'talk',
  capability: 'doubler.double',
  capabilityVersion: '^1.0.0',
  input: '{"value":21}',
  priority: 'NORMAL',
  deadline: 10_000,
  attempt: 1,
  idempotencyKey: 'once',
  budget: null,
  replyTo: 'coordinator',
  context: { step: 'a' },
  attributes: {},
  reason: '',
  target: null,
  changeId: null,
  scopes: [],
  avoid: [],
  ...more,
});

const approved = (more: Partial<Decision> = {}): Decision => ({
  envelope: { id: 'd', time: 0, source: 'approval', correlationId: 'c', causationId: null },
  changeId: 'chg-1',
  requestId: 'm0',
  sequence: 1,
  verdict: 'APPROVED',
  isShadow: false,
  reason: '',
  decidedBy: [],
  rules: [],
  reviews: [],
  reviewersNeeded: 0,
  rolesNeeded: [],
  risk: 0,
  confidence: 1,
  verified: 0,
  rolledBack: 0,
  target: 'shop',
  changeClass: 'risk',
  capability: 'doubler.risky',
  undoCapability: null,
  workflowId: null,
  stepId: null,
  incidentId: null,
  requestedAt: 0,
  expiresAt: 5_000,
  ...more,
});

/** The ledger of one conversation, driven by hand. */
function desk() {
  const started: Commission[] = [];
  const flags: Flag[] = [];
  const decisions = new Map<string, Decision>();
  const results: Partial<TaskResult>[] = [];
  let state: unknown;
  let wakeAt: number | null = null;
  const hearer = inboxHearer({
    agent: 'doubler',
    instance: 'doubler-1',
    actions,
    flags: () => flags,
    decisionOn: (changeId) => decisions.get(changeId),
    start: (each) => started.push(each),
  });
  const context = (now: number): AnyContext => ({ key: 'talk', state, now, config: {}, tables: {}, newId: () => 'id' });
  const settle = (outcome: RuntimeOutcome | Promise<RuntimeOutcome> | undefined): RuntimeOutcome => {
    if (outcome === undefined || outcome instanceof Promise) throw new Error('an outcome at once was expected');
    if (outcome.kind === 'handled') {
      if (outcome.state !== undefined) ({ state } = outcome);
      if (outcome.wakeAt !== undefined) ({ wakeAt } = outcome);
      for (const { value } of outcome.publish ?? []) results.push(value as Partial<TaskResult>);
    }
    outcome.afterCommit?.();
    return outcome;
  };
  const message = (topic: string, value: unknown): Message =>
    ({ topic, value, key: 'talk', partition: 3 }) as unknown as Message;
  return {
    started,
    flags,
    decisions,
    results,
    get wakeAt() {
      return wakeAt;
    },
    take: (value: Task, now = 0) => settle(hearer.handle(message('muster.inbox.doubler.v1', value), context(now))),
    hearResult: (value: Partial<TaskResult>, now = 0) =>
      settle(hearer.handle(message('muster.task-results.v1', value), context(now))),
    wake: (now: number) => settle(hearer.wake?.(context(now))),
    tell: (news: object, now: number) => settle(hearer.notice?.(news, context(now))),
  };
}

describe('the ledger of tasks', () => {
  it('takes a task with a lease, and starts its action once that is stored', () => {
    const { take, started, ...rest } = desk();
    take(task(), 100);
    expect(started).toMatchObject([{ partition: 3, key: 'talk', input: { value: 21 }, startedAt: 100 }]);
    expect(rest.results).toEqual([]);
  });

  it('starts nothing for a second copy of a task', () => {
    const { take, started } = desk();
    take(task());
    expect(take(task()).kind).toBe('ignored');
    expect(started).toHaveLength(1);
    take(task({ attempt: 2 }));
    expect(started).toHaveLength(2);
  });

  it('begins nothing that changes something while the kill switch is on, and says so', () => {
    const { take, started, results, flags } = desk();
    flags.push({ ...killSwitch, targets: ['shop*'] });
    take(task({ target: 'shop-1', taskId: 'kept' }));
    take(task({ target: 'till', taskId: 'run' }));
    take(task({ target: 'shop-1', capability: 'doubler.look', taskId: 'harmless' }));
    expect(started.map(({ task: { taskId } }) => taskId)).toEqual(['run', 'harmless']);
    expect(results).toMatchObject([
      { taskId: 'kept', status: 'FAILED', fault: { class: 'TRANSIENT', type: 'KillSwitch', retryAfterMs: 30_000 } },
    ]);
    expect(results[0]?.fault?.message).toBe(
      'nothing is begun while kill-switch is on; it was set by ada: it makes it worse',
    );
  });

  it('does not begin again what was lost while the kill switch is on', () => {
    const { take, wake, started, results, flags } = desk();
    take(task());
    flags.push(killSwitch);
    wake(1_001);
    expect(started).toHaveLength(1);
    expect(results).toMatchObject([{ status: 'FAILED', fault: { type: 'KillSwitch' } }]);
  });

  const risky = { capability: 'doubler.risky', changeId: 'chg-1', target: 'shop', scopes: ['double'] };

  it('refuses what has no approval or not the scopes', () => {
    const { take, started, results, decisions } = desk();
    decisions.set('chg-1', approved());
    take(task({ ...risky, taskId: 'a', changeId: null }));
    take(task({ ...risky, taskId: 'b', scopes: [] }));
    take(task({ ...risky, taskId: 'c' }));
    expect(results.map(({ fault }) => fault?.type)).toEqual(['NotApproved', 'ScopeMissing']);
    expect(started.map(({ task: { taskId } }) => taskId)).toEqual(['c']);
  });

  it.each<readonly [string, Partial<Decision>, string]>([
    ['rejected', { verdict: 'REJECTED' }, 'the change chg-1 is REJECTED'],
    ['not decided', { verdict: 'ESCALATED' }, 'the change chg-1 is ESCALATED'],
    ['for the record', { isShadow: true }, 'was approved for the record only'],
    ['of another target', { target: 'till' }, 'is about till, and the task about shop'],
    ['for something else', { capability: 'doubler.double' }, 'was approved for doubler.double'],
    ['decided before it was said for what', { capability: '' }, 'was approved for no capability'],
    ['over', { expiresAt: 900 }, 'ended 100 ms ago'],
  ])('does not act on an approval that is %s', (_, change, why) => {
    const { take, started, results, decisions } = desk();
    decisions.set('chg-1', approved(change));
    take(task(risky), 1_000);
    expect(started).toEqual([]);
    expect(results).toMatchObject([{ status: 'FAILED', fault: { class: 'PERMANENT', type: 'NotApproved' } }]);
    expect(results[0]?.fault?.message).toContain(why);
  });

  it('does not act on a change that nobody decided; it is to be asked again, since the decision may be late', () => {
    const { take, started, results, decisions } = desk();
    decisions.set('chg-2', approved({ envelope: { ...approved().envelope, source: 'mallory' } }));
    take(task({ ...risky, taskId: 'invented' }));
    take(task({ ...risky, taskId: 'decided by another', changeId: 'chg-2' }));
    expect(started).toEqual([]);
    const fault = { class: 'TRANSIENT', type: 'NotApproved', retryAfterMs: 1_000 };
    expect(results).toMatchObject([{ fault }, { fault }]);
  });

  it('takes a change back long after its approval has ended', () => {
    const { take, started, decisions } = desk();
    decisions.set('chg-1', approved({ capability: 'doubler.double', undoCapability: 'doubler.risky', expiresAt: 1 }));
    take(task(risky), 9_000);
    expect(started).toHaveLength(1);
  });

  it('publishes the first result and ignores the second', () => {
    const { take, tell, started, results } = desk();
    take(task());
    const [commission] = started;
    const news = { kind: 'finished', commission, status: 'COMPLETED', output: 42, fault: null, finishedAt: 700 };
    tell(news, 700);
    expect(tell(news, 800).kind).toBe('ignored');
    expect(results).toMatchObject([
      {
        taskId: 't1',
        status: 'COMPLETED',
        output: '42',
        context: { step: 'a' },
        replyTo: 'coordinator',
        finishedAt: 700,
      },
    ]);
  });

  it('runs a task again when its lease ends without a result, and gives up after five tries', () => {
    const book = desk();
    book.take(task({ deadline: 1e9 }), 0);
    for (let now = 1_000; book.wakeAt !== null && now < 20_000; now = book.wakeAt ?? now) book.wake(now);
    expect(book.started).toHaveLength(5);
    expect(new Set(book.started.map((each) => each.task.idempotencyKey))).toEqual(new Set(['once']));
    expect(book.results).toMatchObject([{ status: 'FAILED', fault: { type: 'LeaseLost' } }]);
  });

  it('lets a living action keep its lease', () => {
    const book = desk();
    book.take(task(), 0);
    book.tell({ kind: 'alive', commission: book.started[0] }, 900);
    expect(book.wakeAt).toBe(1_900);
    book.wake(1_000);
    expect(book.started).toHaveLength(1);
  });

  it('ends a task whose deadline passed while it was lost', () => {
    const book = desk();
    book.take(task({ deadline: 500 }), 0);
    book.wake(1_000);
    expect(book.results).toMatchObject([{ status: 'EXPIRED' }]);
    expect(book.wakeAt).toBeNull();
  });

  it('renews the deadline with progress', () => {
    const book = desk();
    book.take(task({ deadline: 1_500 }), 0);
    book.tell({ kind: 'progress', commission: book.started[0], done: 1, total: 4, message: '' }, 900);
    book.wake(1_900);
    expect(book.started).toHaveLength(2);
    expect(book.results).toMatchObject([{ done: 1, total: 4 }]);
  });

  it('learns from its own results on the topic, so that a rebuild runs nothing twice', () => {
    const book = desk();
    book.take(task(), 0);
    book.hearResult({ taskId: 't1', attempt: 1, agent: 'doubler', startedAt: 0 }, 600);
    book.wake(1_000);
    expect(book.started).toHaveLength(1);
    expect(book.hearResult({ taskId: 't1', attempt: 1, agent: 'other', startedAt: 0 }, 600).kind).toBe('ignored');
  });

  it.each([
    [{ deadline: 50 }, 'EXPIRED', 'the deadline passed 50 ms ago'],
    [{ capability: 'doubler.halve' }, 'FAILED', 'this agent does not offer doubler.halve; it offers doubler.double'],
    [{ capability: 'constructor' }, 'FAILED', 'this agent does not offer constructor'],
    [{ capabilityVersion: '^2.0.0' }, 'FAILED', 'doubler.double is offered in version 1.2.0, asked for was ^2.0.0'],
    [{ capabilityVersion: 'newest' }, 'FAILED', 'capabilityVersion "newest" is no version range'],
    [{ input: '{"value":"x"}' }, 'FAILED', 'the input of doubler.double is wrong: value: '],
    [{ input: '{value' }, 'FAILED', 'the input of doubler.double is wrong: it is not JSON'],
  ])('answers %o with %s', (more, status, message) => {
    const { take, started, results } = desk();
    take(task(more), 100);
    expect(started).toEqual([]);
    expect(results).toMatchObject([{ status, fault: { message: expect.stringContaining(message) as string } }]);
  });

  it('stays small: done tasks leave it', () => {
    const { take } = desk();
    let outcome: RuntimeOutcome | undefined;
    for (let index = 0; index < 500; index += 1) outcome = take(task({ taskId: `t${index}`, deadline: 0 }), 100);
    expect(outcome?.kind === 'handled' && (outcome.state as Map<string, unknown>).size).toBe(200);
  });
});
