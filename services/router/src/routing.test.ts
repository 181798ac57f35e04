import type { Task, TaskInput, TaskResultInput } from '@muster/schemas';
import { expect, it } from 'vitest';
import { cardOf, contextOf, messageOf, now, skillOf, tables, taskOf } from '../test/mesh-tables.ts';
import { forget, route } from './routing.ts';

type Mesh = ReturnType<typeof tables>;
type Told =
  | { readonly to: string; readonly value: TaskInput }
  | { readonly to: 'results'; readonly value: TaskResultInput & { readonly output: string } };

function told(mesh: Mesh, facts: Partial<Task> = {}): Told {
  const outcome = route(messageOf(taskOf(facts)), contextOf(mesh));
  if (outcome.kind !== 'handled' || outcome.publish?.length !== 1) throw new Error('each task has one answer');
  const { topic, value } = outcome.publish[0]!;
  const inbox = /^muster\.inbox\.(.*)\.v1$/.exec(topic)?.[1];
  return (inbox === undefined ? { to: 'results', value } : { to: inbox, value }) as Told;
}

/** What the router says to the agent that gets the task. */
function reasonOf(mesh: Mesh, facts: Partial<Task> = {}): string {
  const { value } = told(mesh, facts);
  return 'reason' in value ? (value.reason ?? '') : '';
}

/** What the router answers instead of routing. */
function answer(mesh: Mesh, facts: Partial<Task> = {}): TaskResultInput & { readonly output: string } {
  const { to, value } = told(mesh, facts);
  expect(to).toBe('results');
  return value as TaskResultInput & { readonly output: string };
}

/** Share of a thousand tasks that each agent gets. */
function shares(mesh: Mesh, facts: Partial<Task> = {}): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let index = 0; index < 1_000; index += 1) {
    const { to } = told(mesh, { ...facts, taskId: `t-${index}` });
    counts[to] = (counts[to] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).map(([to, count]) => [to, count / 1_000]));
}

function two(): Mesh {
  const mesh = tables();
  mesh.join('echo-a', [skillOf('echo')]);
  mesh.join('echo-b', [skillOf('echo')]);
  return mesh;
}

it('gives a task to who can do it, unchanged but for the reason', () => {
  const mesh = tables();
  mesh.join('echo-a', [skillOf('echo')]);
  mesh.join('other', [skillOf('other')]);
  const task = taskOf({ reason: 'the shop asked', input: '{"n":1}', avoid: ['x'], attempt: 2 });
  const { to, value } = told(mesh, task);
  expect(to).toBe('echo-a');
  const { envelope: _, ...fields } = task;
  expect(value).toEqual({ ...fields, reason: expect.stringMatching(/^the shop asked \| echo-a 1\.0\.0 was chosen/) });
});

it('spreads tasks over who is equally good, and the same attempt always to the same', () => {
  const mesh = two();
  expect(shares(mesh)['echo-a']).toBeGreaterThan(0.42);
  expect(shares(mesh)['echo-a']).toBeLessThan(0.58);
  expect(shares(mesh)).toEqual(shares(mesh));
});

it('gives more to who is quicker, cheaper, freer and more reliable, and a little to the others', () => {
  const ofB = (change: (mesh: Mesh) => void): number => {
    const mesh = two();
    mesh.score('echo-a');
    mesh.score('echo-b');
    change(mesh);
    return shares(mesh)['echo-b'] ?? 0;
  };
  const slow = ofB((mesh) => mesh.score('echo-b', { latencyP50Ms: 100, latencyP95Ms: 200 }));
  expect(slow).toBeGreaterThan(0);
  expect(slow).toBeLessThan(0.05);
  expect(ofB((mesh) => mesh.score('echo-b', { successRate: 0.5 }))).toBeLessThan(0.2);
  expect(ofB((mesh) => mesh.score('echo-b', { cost: 5 }))).toBeLessThan(0.4);
  expect(ofB((mesh) => mesh.beat('echo-b', { load: 0.9 }))).toBeLessThan(0.3);
});

it('lets few tasks through a breaker that is half open, and none through an open one', () => {
  const mesh = two();
  mesh.score('echo-b', { breaker: 'HALF_OPEN' });
  expect(shares(mesh)['echo-b']).toBeGreaterThan(0);
  expect(shares(mesh)['echo-b']).toBeLessThan(0.05);
  mesh.score('echo-b', { breaker: 'OPEN', halfOpenAt: now - 1 });
  expect(shares(mesh)['echo-b']).toBeLessThan(0.05);
  mesh.score('echo-b', { breaker: 'OPEN', halfOpenAt: now + 5_000 });
  expect(shares(mesh)).toEqual({ 'echo-a': 1 });
  expect(reasonOf(mesh)).toContain('passed over: echo-b (its breaker is open)');
  mesh.score('echo-a', { breaker: 'OPEN', halfOpenAt: now + 9_000 });
  const { status, fault } = answer(mesh);
  expect({ status, type: fault?.type, class: fault?.class }).toEqual({
    status: 'FAILED',
    type: 'BreakerOpen',
    class: 'TRANSIENT',
  });
  expect(fault?.retryAfterMs).toBeGreaterThanOrEqual(5_000);
  expect(fault?.retryAfterMs).toBeLessThan(10_000);
});

it('tries who is alone and half open with some tasks, and has the others wait', () => {
  const mesh = tables();
  mesh.join('echo-a', [skillOf('echo')]);
  mesh.score('echo-a', { breaker: 'HALF_OPEN' });
  expect(shares(mesh)['echo-a']).toBeGreaterThan(0.2);
  expect(shares(mesh)['echo-a']).toBeLessThan(0.3);
});

it('goes by the log: stale is the last resort, gone is out', () => {
  const mesh = two();
  mesh.beat('echo-b', { time: now - 29_000 });
  expect(shares(mesh)['echo-b']).toBeGreaterThan(0.4);
  mesh.beat('echo-b', { time: now - 31_000 });
  expect(shares(mesh)).toEqual({ 'echo-a': 1 });
  mesh.beat('echo-a', { status: 'STOPPING' });
  expect(shares(mesh)).toEqual({ 'echo-b': 1 });
  mesh.beat('echo-b', { time: now - 61_000 });
  expect(answer(mesh)).toMatchObject({
    status: 'FAILED',
    fault: { type: 'NobodyThere', class: 'TRANSIENT', message: expect.stringContaining('not heard of for 61 s') },
  });
});

it('asks to come again soon while nobody is there whose card is known, and not all at the same time', () => {
  const mesh = tables();
  mesh.cards.put(cardOf('echo-a', [skillOf('echo')]));
  const waits = Array.from(
    { length: 50 },
    (_, index) => answer(mesh, { taskId: `t-${index}` }).fault?.retryAfterMs ?? 0,
  );
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(2_000);
  expect(Math.max(...waits)).toBeLessThan(4_000);
  expect(new Set(waits).size).toBeGreaterThan(40);
});

it.each([
  ['just started', { startedAt: now - 14_000 }],
  ['was not heard of lately', { time: now - 40_000, startedAt: now - 90_000 }],
])('does not say for good that nobody offers something when it %s', (_, facts) => {
  const mesh = tables();
  const unknown = { capability: 'ecoh' };
  const unclear = { capability: 'any', input: '{"ask":"sing a song"}' };
  for (const task of [unknown, unclear]) expect(answer(mesh, task).status).toBe('UNROUTABLE');
  mesh.beat('router', facts);
  for (const task of [unknown, unclear])
    expect(answer(mesh, task)).toMatchObject({ status: 'FAILED', fault: { class: 'TRANSIENT', type: 'MeshStarting' } });
  expect(answer(mesh, { capability: '' }).fault?.type).toBe('NothingAsked');
  // A second instance, as when it is scaled: the first knows the mesh.
  mesh.beat('router', { instance: 'router-2', startedAt: now - 60_000 });
  expect(answer(mesh, unknown).status).toBe('UNROUTABLE');
});

it('has an agent whose instances differ take tasks as long as one is ready', () => {
  const mesh = two();
  mesh.beat('echo-b', { status: 'NOT_READY', reason: 'waits for Redis' });
  expect(shares(mesh)).toEqual({ 'echo-a': 1 });
  expect(reasonOf(mesh)).toContain('echo-b (not ready: waits for Redis)');
  mesh.beat('echo-b', { instance: 'echo-b-2' });
  expect(shares(mesh)['echo-b']).toBeGreaterThan(0.4);
});

it('says when all are busy, and when to come again', () => {
  const mesh = two();
  mesh.beat('echo-a', { load: 1 });
  expect(shares(mesh)).toEqual({ 'echo-b': 1 });
  mesh.beat('echo-b', { load: 1 });
  const { status, fault } = answer(mesh);
  expect(status).toBe('FAILED');
  expect(fault).toMatchObject({ class: 'TRANSIENT', type: 'Overloaded' });
  expect(fault?.retryAfterMs).toBeGreaterThanOrEqual(5_000);
});

it('avoids who is to be avoided as long as there is another', () => {
  const mesh = two();
  expect(shares(mesh, { avoid: ['echo-a'] })).toEqual({ 'echo-b': 1 });
  expect(Object.keys(shares(mesh, { avoid: ['echo-a', 'echo-b'] }))).toHaveLength(2);
});

it('answers a task whose time is over', () => {
  expect(answer(two(), { deadline: now })).toMatchObject({
    status: 'EXPIRED',
    agent: 'router',
    taskId: 't',
    conversation: 'c',
    attempt: 1,
    replyTo: 'user',
    context: { step: '1' },
    startedAt: null,
    finishedAt: now,
    fault: { type: 'DeadlinePassed' },
  });
});

it.each<[string, Partial<Task>, string, string]>([
  ['version', { capabilityVersion: '^2.0.0' }, 'VersionNotOffered', '1.0.0 by echo-a'],
  ['range', { capabilityVersion: 'the newest' }, 'BadVersionRange', '"the newest" is no version range'],
  ['capability', { capability: 'ecoh' }, 'UnknownCapability', 'the nearest are echo'],
  ['capability like none', { capability: 'data.run-job' }, 'UnknownCapability', 'there are echo'],
  ['budget', { budget: { maxCost: 0.5, maxAttempts: null } }, 'TooExpensive', 'costs 1, at most 0.5'],
  ['scope', { scopes: ['other'] }, 'ScopeMissing', 'the scope write'],
  ['name', { capability: '', reason: ' ' }, 'NothingAsked', 'names no capability'],
])('says why nobody can do it: %s', (_, facts, type, words) => {
  const mesh = tables();
  mesh.join('echo-a', [skillOf('echo', { cost: 1, scopes: ['write'] })]);
  const { status, fault } = answer(mesh, { scopes: ['write'], ...facts });
  expect({ status, type: fault?.type }).toEqual({ status: 'UNROUTABLE', type });
  expect(fault?.message).toContain(words);
});

it('takes the version that is asked for, of several', () => {
  const mesh = two();
  mesh.cards.put(cardOf('echo-b', [skillOf('echo', { version: '2.1.0' })]));
  expect(shares(mesh, { capabilityVersion: '^2.0.0' })).toEqual({ 'echo-b': 1 });
  expect(shares(mesh, { capabilityVersion: '1.x' })).toEqual({ 'echo-a': 1 });
});

it.each([
  ['is published by another', { envelope: { ...cardOf('x', []).envelope, source: 'echo-a' } }],
  ['claims the inbox of another', { consumes: ['muster.inbox.echo-a.v1'] }],
])('passes over a card that %s', (_, facts) => {
  const mesh = two();
  mesh.cards.put(cardOf('echo-b', [skillOf('echo')], facts));
  expect(shares(mesh)).toEqual({ 'echo-a': 1 });
});

it('sees at once that an agent has left, or came', () => {
  const mesh = two();
  mesh.cards.remove('echo-b');
  expect(shares(mesh)).toEqual({ 'echo-a': 1 });
  mesh.cards.remove('echo-a');
  expect(answer(mesh).fault?.message).toBe('nobody offers echo; no agent offers anything');
  mesh.join('echo-c', [skillOf('echo')]);
  expect(shares(mesh)).toEqual({ 'echo-c': 1 });
});

it('prefers who is likely to be in time', () => {
  const mesh = two();
  mesh.score('echo-a', { latencyP50Ms: 4, latencyP95Ms: 4_000, cost: 0 });
  mesh.score('echo-b', { latencyP50Ms: 1_003, latencyP95Ms: 1_003 });
  expect(shares(mesh)['echo-a']).toBeGreaterThan(0.4);
  expect(shares(mesh, { deadline: now + 3_000 })['echo-a']).toBeLessThan(0.15);
});

it('understands what is asked for in words, and hands on the input', () => {
  const mesh = two();
  mesh.join('recovery', [skillOf('recovery.restart', { description: 'Restarts a target.', tags: ['process'] })]);
  const input = '{"ask":"please restart the shop","with":{"target":"shop"}}';
  const { to, value } = told(mesh, { capability: 'any', input });
  expect(to).toBe('recovery');
  expect(value).toMatchObject({ capability: 'recovery.restart', input: '{"target":"shop"}' });
  expect(reasonOf(mesh, { capability: 'any', input })).toMatch(
    /understood as recovery\.restart with confidence \d\.\d\d by/,
  );
  expect(told(mesh, { capability: '', reason: 'restart the shop' }).to).toBe('recovery');
  const { status, fault } = answer(mesh, { capability: 'any', input: '{"ask":"sing a song"}' });
  expect({ status, type: fault?.type }).toEqual({ status: 'UNROUTABLE', type: 'NoneOfThese' });
});

it('does not guess at a capability that was misspelt', () => {
  const mesh = tables();
  mesh.join('recovery', [skillOf('recovery.restart')]);
  expect(answer(mesh, { capability: 'recovery.restrat', reason: 'recovery restart' }).fault?.type).toBe(
    'UnknownCapability',
  );
});

it('remembers a conversation until two minutes after its last task, so that second copies are known', () => {
  const mesh = two();
  const first = route(messageOf(taskOf({})), contextOf(mesh));
  expect(first).toMatchObject({ kind: 'handled', state: { lastAt: now }, wakeAt: now + 120_000 });
  const again = route(messageOf(taskOf({})), { ...contextOf(mesh), state: { lastAt: now - 50_000 } });
  expect(again).toMatchObject({ state: { lastAt: now } });
  expect(again).not.toHaveProperty('wakeAt');
  expect(forget({ ...contextOf(mesh), state: { lastAt: now - 50_000 } })).toEqual({
    kind: 'handled',
    wakeAt: now + 70_000,
  });
  expect(forget({ ...contextOf(mesh), state: { lastAt: now - 120_000 } })).toEqual({ kind: 'handled', state: null });
});
