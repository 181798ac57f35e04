import type { Table } from '@muster/agent';
import type { AgentCard, AgentScore } from '@muster/schemas';
import { expect, it } from 'vitest';
import { beginAt, drive, failedBy, resultOf, taskOf } from '../test/drive.ts';
import { wake } from './due.ts';
import { emptyConversation, opened, withTask, type Plan } from './open-task.ts';
import { settings } from './settings.ts';
import type { Context } from './step.ts';

function noRows<R>(): Table<R> {
  return { get: () => undefined, values: () => [], size: 0, version: 0 };
}

const plan: Plan = {
  strategy: 'backoff',
  dueAt: beginAt + 1_000,
  avoid: [],
  reason: 'the connection broke',
  agent: 'worker',
  kind: 'transient',
  pattern: '',
};

function wokenAt(now: number): string[] {
  let ids = 0;
  const task = taskOf({ deadline: beginAt + 60_000 });
  const context: Context = {
    key: task.conversation,
    state: withTask(emptyConversation, 't1', { ...opened(task, beginAt), tries: 1, plan }),
    now,
    config: settings.parse({}),
    tables: { scores: noRows<AgentScore>(), cards: noRows<AgentCard>() },
    newId: () => `0000000${(ids += 1)}`,
  };
  const outcome = wake(context);
  return outcome.kind === 'handled' ? (outcome.publish ?? []).map(({ topic }) => topic) : [];
}

it('sends what is due', () => {
  expect(wokenAt(beginAt + 1_000)).toEqual(['muster.tasks.v1', 'muster.task-measurements.v1']);
});

it('gives up what is woken after its deadline, e.g. after an outage', () => {
  expect(wokenAt(beginAt + 61_000)).toEqual(['muster.task-measurements.v1', 'muster.task-results.v1']);
});

it.each(['NobodyThere', 'MeshStarting'])(
  'asks for a task again while the router says %s, and none of it counts',
  (type) => {
    const world = drive((task) => {
      const isNobodyThere = task.attempt <= 4;
      const fault = { class: 'TRANSIENT', retryAfterMs: 2_000 } as const;
      return [{ afterMs: 20, result: isNobodyThere ? failedBy(task, type, fault, 'router') : resultOf(task) }];
    });
    world.ask(taskOf({ budget: { maxAttempts: 1, maxCost: null } }));
    world.until(beginAt + 60_000);
    expect(world.sent).toHaveLength(5);
    expect(world.sent[1]?.at).toBeLessThan(beginAt + 3_000);
    expect(world.finals).toEqual([]);
    expect(world.measurements.map(({ agent }) => agent)).toEqual(['worker']);
  },
);
