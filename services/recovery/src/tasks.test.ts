import type { Task, TaskResult } from '@muster/schemas';
import { describe, expect, it } from 'vitest';
import { beginAt, cardOf, chance, drive, failedBy, resultOf, taskOf, type Answering } from '../test/drive.ts';

/** Answers each attempt with the next of these; after them, with success. */
const script = (...answers: readonly ((task: Task) => TaskResult)[]): Answering => {
  let asked = 0;
  return (task) => [{ afterMs: 20, result: (answers[asked++] ?? resultOf)(task) }];
};
const hour = 3_600_000;
const historyOf = (
  result: TaskResult | undefined,
): { reason: string; history: { strategy: string; reason: string; agent: string }[] } =>
  JSON.parse(result?.output ?? '{}') as never;

describe('a task', () => {
  it.each(['COMPLETED', 'PARTIAL'] as const)('that is done (%s) needs nothing', (status) => {
    const world = drive(script((task) => resultOf(task, { status })));
    world.ask(taskOf());
    world.until(beginAt + hour);
    expect(world.finals).toEqual([]);
    expect(world.sent).toHaveLength(1);
    expect(world.measurements).toMatchObject([{ kind: 'ENDED', agent: 'worker', isSuccess: true, latencyMs: 10 }]);
    expect(world.states().has('tasks/talk-t1')).toBe(false);
  });

  it('that fails in passing is tried again as the same work, and what was learned is told', () => {
    const world = drive(script((task) => failedBy(task, 'ECONNRESET')));
    world.ask(taskOf());
    world.until(beginAt + hour);
    expect(world.sent[1]?.task).toMatchObject({
      taskId: 't1',
      attempt: 2,
      idempotencyKey: 'key-t1',
      deadline: taskOf().deadline,
      replyTo: 'asker',
    });
    expect(world.sent[1]?.task.reason).toContain('asked for | attempt 2 by backoff: the connection broke');
    expect(world.measurements.map(({ kind, isSuccess }) => `${kind} ${isSuccess}`)).toEqual([
      'ENDED false',
      'RETRIED false',
      'ENDED true',
      'LESSON true',
    ]);
    expect(world.finals).toEqual([]);
  });

  it.each(['HTTP_404', 'BadInput', 'NotApproved', '23505'])(
    'that fails for good with %s is given up at once',
    (type) => {
      const world = drive(script((task) => failedBy(task, type, { class: 'PERMANENT' })));
      world.ask(taskOf());
      world.until(beginAt + hour);
      expect(world.sent).toHaveLength(1);
      expect(world.finals.map(({ result }) => result)).toMatchObject([
        {
          status: 'ABANDONED',
          agent: 'recovery',
          taskId: 't1',
          replyTo: 'asker',
          context: { step: 'one' },
          fault: { class: 'PERMANENT', type },
        },
      ]);
      expect(world.finals[0]?.result.envelope.correlationId).toBe('c');
    },
  );

  it('that is given up is given up again, until that word comes back, and then forgotten', () => {
    const world = drive(script((task) => failedBy(task, 'HTTP_404', { class: 'PERMANENT' })));
    world.unheard.add('muster.task-results.v1');
    world.ask(taskOf());
    world.until(beginAt + 15_000);
    expect(world.finals.map(({ result }) => result.status)).toEqual(['ABANDONED', 'ABANDONED']);
    world.unheard.clear();
    world.until(beginAt + hour);
    expect(world.finals).toHaveLength(3);
    expect(world.states().has('tasks/talk-t1')).toBe(false);
  });

  it('that was given up in a rebuild, and was tried again in truth, goes on', () => {
    const world = drive(script((task) => failedBy(task, 'HTTP_404', { class: 'PERMANENT' })));
    world.unheard.add('muster.task-results.v1');
    world.ask(taskOf());
    world.until(beginAt + 1_000);
    world.tell('muster.tasks.v1', taskOf({ attempt: 2 }), world.now);
    world.tell('muster.task-results.v1', resultOf(taskOf({ attempt: 2 })), world.now + 20);
    world.until(beginAt + hour);
    expect(world.finals).toHaveLength(1);
    expect(world.states().has('tasks/talk-t1')).toBe(false);
  });

  it('is tried as often as its budget says, and its history is in the final word', () => {
    const world = drive((task) => [{ afterMs: 5, result: failedBy(task, 'ETIMEDOUT') }]);
    world.ask(taskOf({ budget: { maxAttempts: 3, maxCost: null } }));
    world.until(beginAt + hour);
    expect(world.sent).toHaveLength(3);
    const { reason, history } = historyOf(world.finals[0]?.result);
    expect(reason).toBe('all 3 attempts are used up');
    expect(history.map(({ strategy }) => strategy)).toEqual(['backoff', 'backoff', 'give-up']);
  });

  it('is given up when it has cost what it may cost', () => {
    const world = drive((task) => [{ afterMs: 5, result: { ...failedBy(task, 'ETIMEDOUT'), cost: 2 } }]);
    world.ask(taskOf({ budget: { maxAttempts: null, maxCost: 4 } }));
    world.until(beginAt + hour);
    expect(world.sent).toHaveLength(2);
    expect(historyOf(world.finals[0]?.result).reason).toContain('it has cost 4');
  });

  it('moves to another agent when the first is overloaded, or does not offer it', () => {
    for (const type of ['HTTP_503', 'UnknownCapability']) {
      const world = drive(
        script((task) => failedBy(task, type, type.startsWith('HTTP') ? {} : { class: 'PERMANENT' })),
      );
      for (const agent of ['worker', 'helper']) world.tell('muster.agent-cards.v1', cardOf(agent), beginAt);
      world.until(beginAt + 1);
      world.ask(taskOf({ avoid: ['lazy'] }));
      world.until(beginAt + hour);
      expect(world.sent[1]?.task.avoid).toEqual(['lazy', 'worker']);
    }
  });

  it('waits as long as the one who failed asks', () => {
    const world = drive(script((task) => failedBy(task, 'HTTP_429', { retryAfterMs: 45_000 })));
    world.ask(taskOf());
    world.until(beginAt + hour);
    expect(world.sent[1]?.at).toBeGreaterThanOrEqual(beginAt + 45_000);
  });

  it('is not tried when that could not end by its deadline', () => {
    const world = drive(script((task) => failedBy(task, 'HTTP_429', { retryAfterMs: 45_000 })));
    world.ask(taskOf({ deadline: beginAt + 30_000 }));
    world.until(beginAt + hour);
    expect(world.sent).toHaveLength(1);
    expect(world.finals[0]?.at).toBeLessThan(beginAt + 1_000);
    expect(historyOf(world.finals[0]?.result).reason).toContain('by the deadline');
  });

  it('waits while a kill switch is on, and none of it counts', () => {
    const stop = (task: Task): TaskResult => failedBy(task, 'KillSwitch', { class: 'TRANSIENT', retryAfterMs: 30_000 });
    const busy = (task: Task): TaskResult =>
      failedBy(task, 'Overloaded', { class: 'TRANSIENT', retryAfterMs: 1_000 }, 'router');
    const world = drive(script(stop, stop, stop, busy, (task) => failedBy(task, 'ECONNRESET')));
    world.ask(taskOf({ budget: { maxAttempts: 2, maxCost: null } }));
    world.until(beginAt + hour);
    expect(world.sent).toHaveLength(6);
    expect(world.sent[1]?.at).toBeGreaterThanOrEqual(beginAt + 30_000);
    expect(world.finals).toEqual([]);
    expect(world.measurements.filter(({ kind }) => kind === 'ENDED')).toHaveLength(2);
  });

  it.each(['KillSwitch', 'NotApproved'])('that was never begun because of %s is given up at its deadline', (type) => {
    const world = drive((task) => [
      { afterMs: 5, result: failedBy(task, type, { class: 'TRANSIENT', retryAfterMs: 30_000 }) },
    ]);
    world.ask(taskOf());
    world.until(beginAt + hour);
    expect(world.finals).toHaveLength(1);
    expect(world.finals[0]?.at).toBeLessThan(taskOf().deadline + 1_000);
    expect(world.measurements).toEqual([]);
  });

  it('fails a little without a known reason, and not for long', () => {
    const world = drive((task) => [{ afterMs: 5, result: failedBy(task, 'Weird') }], { maxAttempts: 9 });
    world.ask(taskOf());
    world.until(beginAt + hour);
    expect(world.sent).toHaveLength(3);
  });

  it('without any result is given up a minute after its deadline; progress moves that on', () => {
    const world = drive(() => []);
    world.ask(taskOf());
    const { taskId, conversation, capability } = taskOf();
    const progress = {
      taskId,
      conversation,
      capability,
      attempt: 1,
      agent: 'worker',
      instance: 'w',
      done: 1,
      total: 2,
      message: '',
    };
    world.until(beginAt + 500_000);
    world.tell('muster.task-progress.v1', { ...progress, envelope: taskOf().envelope }, world.now);
    world.until(beginAt + 1_100_000);
    expect(world.finals).toEqual([]);
    world.until(beginAt + hour);
    expect(historyOf(world.finals[0]?.result).reason).toBe('no result came by its deadline');
  });
});

describe('a result', () => {
  it('that comes before its task counts when the task comes', () => {
    const world = drive(() => []);
    world.tell('muster.task-results.v1', failedBy(taskOf(), 'ECONNRESET'), beginAt);
    world.ask(taskOf(), beginAt + 50);
    world.until(beginAt + 60_000);
    expect(world.sent).toHaveLength(2);
  });

  it('for a task that nobody asked for does nothing', () => {
    const world = drive(() => []);
    world.tell('muster.task-results.v1', failedBy(taskOf(), 'ECONNRESET'), beginAt);
    world.until(beginAt + hour);
    expect([world.sent, world.finals, world.measurements]).toEqual([[], [], []]);
    expect(world.states().size).toBe(0);
  });

  it('that comes second, late, or after the final word is ignored with a reason', () => {
    const world = drive((task) =>
      task.attempt === 1
        ? [
            { afterMs: 10, result: failedBy(task, 'ECONNRESET') },
            { afterMs: 15, result: failedBy(task, 'ECONNRESET', { message: 'again' }) },
          ]
        : [
            { afterMs: 10, result: failedBy({ ...task, attempt: 1 }, 'HTTP_404') },
            { afterMs: 20, result: resultOf(task) },
            { afterMs: 30, result: failedBy(task, 'HTTP_404') },
          ],
    );
    world.ask(taskOf());
    world.until(beginAt + 60_000);
    expect(world.sent).toHaveLength(2);
    expect(world.finals).toEqual([]);
    expect(world.reasons).toEqual(
      expect.arrayContaining([
        'FAILED of attempt 1 is late: attempt 1 has failed already',
        'FAILED of attempt 1 is late: attempt 2 is out',
        'FAILED of attempt 2 comes after the final word of task t1: COMPLETED',
      ]),
    );
  });

  it('that says it is done counts even from an earlier attempt, and ends the waiting', () => {
    const world = drive((task) => [
      { afterMs: 10, result: failedBy(task, 'HTTP_429', { retryAfterMs: 60_000 }) },
      { afterMs: 100, result: resultOf(task) },
    ]);
    world.ask(taskOf());
    world.until(beginAt + hour);
    expect(world.sent).toHaveLength(1);
    expect(world.finals).toEqual([]);
    expect(world.measurements.map(({ kind }) => kind)).toEqual(['ENDED', 'ENDED', 'DROPPED']);
  });
});

it('gives every task exactly one final word, within its attempts and its deadline, whatever comes in whatever order', () => {
  const types = [
    'ECONNRESET',
    'HTTP_503',
    'HTTP_404',
    'ECONNREFUSED',
    'Weird',
    'KillSwitch',
    'BadInput',
    'HTTP_429',
    'UnknownCapability',
  ];
  let retries = 0;
  for (let seed = 1; seed <= 500; seed += 1) {
    const draw = chance(seed);
    const told = new Map<string, number[]>();
    const failures = new Map<string, number>();
    const world = drive((task) => {
      const answers: { afterMs: number; result: TaskResult }[] = [];
      for (let copies = draw() < 0.2 ? 2 : draw() < 0.1 ? 0 : 1; copies > 0; copies -= 1) {
        const afterMs = Math.floor(draw() * (draw() < 0.1 ? 100_000 : 3_000));
        const agent = draw() < 0.5 ? 'worker' : 'helper';
        const type = types[Math.floor(draw() * types.length)] ?? 'Weird';
        const isDone = draw() < 0.25;
        const attempt = draw() < 0.9 ? task.attempt : Math.max(1, task.attempt - 1);
        const retryAfterMs = draw() < 0.2 ? Math.floor(draw() * 40_000) : null;
        const result = isDone
          ? resultOf(task, { agent, attempt })
          : { ...failedBy(task, type, { retryAfterMs }, agent), attempt };
        answers.push({ afterMs, result });
      }
      return answers;
    });
    for (const agent of ['worker', 'helper']) world.tell('muster.agent-cards.v1', cardOf(agent), beginAt);
    const tasks = Array.from({ length: 8 }, (_, index) =>
      taskOf({
        taskId: `t${index}`,
        conversation: `talk-${index % 3}`,
        deadline: beginAt + 10_000 + Math.floor(draw() * 120_000),
        budget: draw() < 0.5 ? { maxAttempts: 1 + Math.floor(draw() * 4), maxCost: null } : null,
      }),
    );
    for (const task of tasks) world.ask(task, beginAt + Math.floor(draw() * 5_000));
    world.until(beginAt + 2_000_000);
    for (const { result } of world.finals)
      told.set(result.taskId, [...(told.get(result.taskId) ?? []), result.finishedAt]);
    for (const { kind, isSuccess, taskId } of world.measurements)
      if (kind === 'ENDED' && !isSuccess) failures.set(taskId, (failures.get(taskId) ?? 0) + 1);
    for (const task of tasks) {
      const sent = world.sent.filter((each) => each.task.taskId === task.taskId);
      const done = world.measurements.filter(
        ({ taskId, kind, isSuccess }) => taskId === task.taskId && kind === 'ENDED' && isSuccess,
      );
      const context = `seed ${seed}, ${task.taskId}`;
      expect([done.length + (told.get(task.taskId)?.length ?? 0), context]).toEqual([1, context]);
      expect(sent.map(({ task: { attempt } }) => attempt)).toEqual(sent.map((_, index) => index + 1));
      expect(failures.get(task.taskId) ?? 0).toBeLessThanOrEqual(task.budget?.maxAttempts ?? 5);
      for (const { at } of sent.slice(1)) expect(at).toBeLessThan(task.deadline);
      retries += sent.length - 1;
    }
    const left = [...world.states().keys()].filter((name) => name.startsWith('tasks/'));
    expect([seed, left]).toEqual([seed, []]);
  }
  // It was not all given up at once.
  expect(retries).toBeGreaterThan(2_000);
}, 30_000);
