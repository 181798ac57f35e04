import { describe, expect, it } from 'vitest';
import { chance } from '../test/chance.ts';
import { drive } from '../test/drive.ts';
import { holderOf, nextServed, without, wouldNeverEnd, type Holding, type Waiter } from './targets-held.ts';

const minuteMs = 60_000;

function given() {
  const mesh = drive({ maxPerTargetPerHour: 50 });
  for (const target of ['shop', 'till']) mesh.target(target);
  const ask = (changeId: string, workflowId: string | null, target = 'shop', more: object = {}): void =>
    mesh.request({ changeId, workflowId, target, ...more });
  const last = (changeId: string): string => {
    const decision = mesh.decisions(changeId).at(-1);
    return decision === undefined ? '' : `${decision.verdict} ${decision.reason}`;
  };
  return { mesh, ask, last };
}

describe('a target that is being changed', () => {
  it('is changed by no other run until that one has ended, and the decision says for what it waited', () => {
    const { mesh, ask, last } = given();
    ask('a', 'w-1');
    ask('b', 'w-2');
    ask('c', 'w-3', 'till');
    expect(last('a')).toContain('APPROVED');
    expect(last('b')).toBe('');
    expect(last('c')).toContain('APPROVED');
    expect(
      mesh.said('muster.change-grants.v1').find(({ changeId, isWaiting }) => changeId === 'b' && isWaiting),
    ).toMatchObject({
      isGranted: false,
      heldBy: 'a',
      reason: 'shop is being changed by w-1 (change a).',
    });
    mesh.pass(5_000);
    mesh.end('a', 'RUN_COMPLETED');
    expect(last('b')).toContain('APPROVED');
    expect(last('b')).toContain('It waited 5 s: shop is being changed by w-1 (change a).');
  });

  it('is free again when an approval is over and nothing was begun; what has begun keeps it', () => {
    const { mesh, ask, last } = given();
    ask('a', 'w-1');
    ask('b', 'w-2');
    mesh.pass(14 * minuteMs);
    expect(last('b')).toBe('');
    mesh.pass(minuteMs);
    expect(last('b')).toContain('APPROVED');
    const event = { workflowId: 'w-2', happenedAt: mesh.now(), text: '', changeId: 'b' } as const;
    mesh.publish('muster.workflow-events.v1', { ...event, sequence: 1, kind: 'STEP_STARTED' });
    ask('c', 'w-3', 'shop', { expiresAt: mesh.now() + 50 * minuteMs });
    mesh.pass(40 * minuteMs);
    expect(last('c')).toBe('');
    mesh.pass(10 * minuteMs);
    expect(last('c')).toBe(
      'EXPIRED Expired: shop is being changed by w-2 (change b). Ask for it again if it is still wanted.',
    );
    ask('d', 'w-4');
    mesh.publish('muster.workflow-events.v1', { ...event, sequence: 2, kind: 'RUN_CANCELLED' });
    expect(last('d')).toContain('APPROVED');
  });

  it('is free again when the run ends before it began, or is refused', () => {
    const { mesh, ask, last } = given();
    ask('a', 'w-1');
    const event = { happenedAt: mesh.now(), text: '', changeId: 'a' } as const;
    mesh.publish('muster.workflow-events.v1', { ...event, workflowId: 'w-1', sequence: 1, kind: 'STEP_WAITING' });
    mesh.publish('muster.workflow-events.v1', {
      ...event,
      workflowId: 'w-1',
      sequence: 2,
      kind: 'RUN_CANCELLED',
      changeId: null,
    });
    ask('b', null);
    expect(last('b')).toContain('APPROVED');
    mesh.publish('muster.workflow-events.v1', {
      ...event,
      workflowId: 'change-b',
      sequence: 1,
      kind: 'RUN_REFUSED',
      changeId: 'b',
    });
    ask('c', null);
    expect(last('c')).toContain('APPROVED');
  });

  it('is left to a person, and so to any other run, when something could not be undone', () => {
    const { mesh, ask, last } = given();
    ask('a', 'w-1');
    ask('b', 'w-2');
    const say = (
      kind: 'STEP_STARTED' | 'STEP_COMPENSATION_FAILED' | 'RUN_WAITS_FOR_PERSON',
      changeId: string | null,
    ): void =>
      mesh.publish('muster.workflow-events.v1', {
        workflowId: 'w-1',
        happenedAt: mesh.now(),
        text: '',
        sequence: 1,
        kind,
        changeId,
      });
    say('STEP_STARTED', 'a');
    say('RUN_WAITS_FOR_PERSON', null);
    expect(last('b')).toBe('');
    say('STEP_COMPENSATION_FAILED', null);
    say('RUN_WAITS_FOR_PERSON', null);
    expect(last('b')).toContain('APPROVED');
  });

  it('may be changed again by the same run, and by runs within it, but not by two of those', () => {
    const { ask, last } = given();
    ask('a', 'w-1');
    ask('b', 'w-1');
    ask('c', 'w-1/each/1');
    ask('d', 'w-1/each/2');
    ask('e', 'w-10');
    expect(['a', 'b', 'c', 'd', 'e'].map((id) => last(id).split(' ', 1)[0])).toEqual([
      'APPROVED',
      'APPROVED',
      'APPROVED',
      '',
      '',
    ]);
  });

  it('is waited for by what people have approved, too, and they may take it back meanwhile', () => {
    const { mesh, ask, last } = given();
    ask('a', 'w-1');
    ask('b', 'w-2', 'shop', { reviewersRequested: 1 });
    ask('c', 'w-3', 'shop', { reviewersRequested: 1 });
    mesh.review('ada', 'APPROVE', { changeId: 'b', comment: 'go' });
    mesh.review('ada', 'APPROVE', { changeId: 'c' });
    expect(last('b')).toContain('ESCALATED');
    mesh.review('bob', 'DENY', { changeId: 'c', comment: 'no' });
    expect(last('c')).toBe('REJECTED Rejected by bob: no');
    mesh.pass(1_000);
    mesh.end('a', 'RUN_COMPLETED');
    expect(last('b')).toBe('APPROVED Approved by ada: go It waited 1 s: shop is being changed by w-1 (change a).');
  });

  it('is not held by what is only decided for the record', () => {
    const { mesh, ask, last } = given();
    mesh.flag('shadow');
    ask('a', 'w-1');
    ask('b', 'w-2');
    expect(last('b')).toContain('APPROVED');
  });

  it('is not waited for in a circle: who would close it is refused at once', () => {
    const { mesh, ask, last } = given();
    ask('a', 'w-1');
    ask('b', 'w-2', 'till');
    ask('c', 'w-1/in/1', 'till');
    ask('d', 'w-2');
    expect(last('c')).toBe('');
    expect(last('d')).toBe(
      'REJECTED Rejected: shop is being changed by w-1 (change a), which waits for this run itself. Ask for it again when that has ended.',
    );
    mesh.end('b', 'RUN_CANCELLED');
    expect(last('c')).toContain('APPROVED');
  });
});

it.each(Array.from({ length: 200 }, (_, seed) => seed))(
  'whoever waits is served in the end, whatever waits for whatever: seed %i',
  (seed) => {
    const random = chance(seed);
    const runs = ['r1', 'r2', 'r3', 'r4', 'r1/a', 'r1/b', 'r2/a/1', 'r3/x'];
    const targets = ['t1', 't2', 't3', 't4'];
    let holding: Holding = { holds: [], waiters: [] };
    const serve = (): void => {
      for (let next = nextServed(holding); next !== undefined; next = nextServed(holding)) take(next);
    };
    const take = (waiter: Waiter): void => {
      expect(holderOf(holding, waiter)).toBeUndefined();
      const rest = without(holding, waiter.changeId);
      holding = { ...rest, holds: [...rest.holds, { ...waiter, until: Infinity }] };
    };
    /** A run ends some time that waits for nothing, nor does any within it. */
    const endOne = (): boolean => {
      const free = holding.holds.filter(({ workflowId: run }) =>
        holding.waiters.every(({ workflowId: other }) => !`${other}/`.startsWith(`${run}/`)),
      );
      if (free.length === 0) return false;
      const { workflowId } = random.pick(free);
      for (const hold of holding.holds) if (hold.workflowId === workflowId) holding = without(holding, hold.changeId);
      serve();
      return true;
    };
    for (let step = 0; step < 60; step += 1) {
      if (random.pick([true, false, false])) endOne();
      const wish: Waiter = {
        changeId: `c${step}`,
        target: random.pick(targets),
        workflowId: random.pick(runs),
        changeClass: '',
        kind: 'CLAIM',
        correlationId: '',
      };
      if (wouldNeverEnd(holding, wish)) continue;
      if (holderOf(holding, wish) === undefined) take(wish);
      else holding = { ...holding, waiters: [...holding.waiters, wish] };
    }
    for (let most = 200; holding.waiters.length > 0 && most > 0; most -= 1) expect(endOne()).toBe(true);
    expect(holding.waiters).toEqual([]);
  },
);
