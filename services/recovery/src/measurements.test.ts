import type { TaskMeasurement } from '@muster/schemas';
import { describe, expect, it } from 'vitest';
import { freshScore, retryShareOf, withMeasurement } from './score-state.ts';
import { settings } from './settings.ts';
import { beginAt, chance, drive, failedBy, resultOf, taskOf } from '../test/drive.ts';

const measurement = (over: Partial<TaskMeasurement> = {}): TaskMeasurement => ({
  envelope: taskOf().envelope,
  kind: 'ENDED',
  agent: 'worker',
  capability: 'work.do',
  taskId: 't',
  attempt: 1,
  isSuccess: true,
  faultClass: '',
  faultType: '',
  latencyMs: 100,
  cost: 0,
  pattern: '',
  strategy: '',
  ...over,
});
const failure = measurement({ isSuccess: false, faultClass: 'transient', strategy: 'backoff' });

describe('a score', () => {
  it('is told at once, then every ten seconds and not for each message', () => {
    const world = drive(() => []);
    const draw = chance(1);
    for (let index = 0; index < 3_000; index += 1)
      world.tell('muster.task-measurements.v1', measurement({ latencyMs: 80 + 40 * draw() }), beginAt + index * 20);
    world.until(beginAt + 120_000);
    expect(world.scores.length).toBeLessThanOrEqual(9);
    expect(world.scores.at(-1)?.score).toMatchObject({
      agent: 'worker',
      count: 3_000,
      successRate: 1,
      breaker: 'CLOSED',
      retryShare: 1,
    });
    const { latencyP50Ms = 0, latencyP95Ms = 0 } = world.scores.at(-1)?.score ?? {};
    expect(Math.abs(latencyP50Ms / 100 - 1)).toBeLessThan(0.06);
    expect(Math.abs(latencyP95Ms / 118 - 1)).toBeLessThan(0.06);
  });

  it('that became clearly worse is told within a second', () => {
    const world = drive(() => []);
    for (let index = 0; index < 100; index += 1)
      world.tell('muster.task-measurements.v1', measurement(), beginAt + index);
    for (let index = 0; index < 100; index += 1)
      world.tell('muster.task-measurements.v1', measurement({ latencyMs: 1_000 }), beginAt + 20_000 + index);
    world.until(beginAt + 20_000 + 1_200);
    expect(world.scores.at(-1)?.score.latencyP95Ms).toBeGreaterThan(900);
  });

  it('opens its breaker at once, tells when it will be half-open, and closes after trials that go well', () => {
    const world = drive(() => [], { coolDownMs: 5_000 });
    for (let index = 0; index < 5; index += 1) world.tell('muster.task-measurements.v1', failure, beginAt + index);
    world.until(beginAt + 10);
    expect(world.scores.at(-1)?.score).toMatchObject({ breaker: 'OPEN', halfOpenAt: beginAt + 5_004 });
    world.until(beginAt + 5_100);
    expect(world.scores.at(-1)).toMatchObject({
      at: beginAt + 5_004,
      score: { breaker: 'HALF_OPEN', halfOpenAt: null },
    });
    for (let index = 0; index < 3; index += 1)
      world.tell('muster.task-measurements.v1', measurement(), beginAt + 6_000);
    world.until(beginAt + 6_001);
    expect(world.scores.at(-1)?.score.breaker).toBe('CLOSED');
  });

  it('is not opened by requests that are wrong', () => {
    const world = drive(() => []);
    for (let index = 0; index < 50; index += 1)
      world.tell(
        'muster.task-measurements.v1',
        measurement({ isSuccess: false, faultClass: 'permanent' }),
        beginAt + index,
      );
    world.until(beginAt + 60_000);
    expect(world.scores.at(-1)?.score).toMatchObject({ breaker: 'CLOSED', successRate: 0 });
  });

  it('stays small and goes to sleep when nothing comes', () => {
    const world = drive(() => []);
    const draw = chance(2);
    for (let index = 0; index < 2_000; index += 1) {
      const faultClass = ['transient', 'unknown', 'overload'][Math.floor(draw() * 3)] ?? '';
      const lesson = measurement({
        kind: 'LESSON',
        isSuccess: draw() < 0.5,
        faultClass,
        pattern: `p ${Math.floor(draw() * 500)}`,
        strategy: 'backoff',
      });
      world.tell('muster.task-measurements.v1', lesson, beginAt + index * 50);
      world.tell('muster.task-measurements.v1', measurement({ latencyMs: 10 ** (7 * draw()) }), beginAt + index * 50);
    }
    world.until(beginAt + 300_000);
    const [entry] = [...world.states()].filter(([name]) => name.startsWith('measurements/'));
    expect(JSON.stringify(entry?.[1].state).length).toBeLessThan(10_000);
    expect(entry?.[1].wakeAt).toBeNull();
  });
});

describe('the retry budget', () => {
  it('lets no more go than it allows, however many wait and however often they draw', () => {
    const config = settings.parse({});
    const draw = chance(4);
    let state = freshScore(failure, beginAt);
    const waits = measurement({ isSuccess: false, faultClass: 'permanent', strategy: 'backoff' });
    for (let index = 0; index < 1_000; index += 1) state = withMeasurement(state, waits, config, beginAt + index);
    let gone = 0;
    for (let round = 1; round <= 5; round += 1) {
      for (let waiting = state.waiting; waiting > 0; waiting -= 1) {
        const now = beginAt + round * 10_000;
        if (draw() >= retryShareOf(state, config, now)) continue;
        gone += 1;
        state = withMeasurement(state, measurement({ ...waits, kind: 'RETRIED' }), config, now);
      }
      expect(gone).toBeLessThanOrEqual(0.2 * 1_000 + 10);
    }
    expect(gone).toBeGreaterThan(190);
  });

  it.each([0.01, 0.7])(
    'keeps many failures from becoming many more retries, where %s of all attempts work',
    (share) => {
      const tasks = 800;
      const draw = chance(3);
      const world = drive((task) => [
        {
          afterMs: 20 + Math.floor(200 * draw()),
          result: draw() < share ? resultOf(task) : failedBy(task, 'ECONNRESET'),
        },
      ]);
      for (let index = 0; index < tasks; index += 1)
        world.ask(taskOf({ taskId: `t${index}`, deadline: beginAt + 400_000 }), beginAt + Math.floor(draw() * 60_000));
      world.until(beginAt + 500_000);
      const retries = world.sent.filter(({ task }) => task.attempt > 1).map(({ at }) => at - beginAt);
      const inMinute = (from: number): number => retries.filter((at) => at >= from && at < from + 60_000).length;
      // A fifth of the first attempts and the floor of ten, in the minute in which they failed; then the floor. Draws scatter a little.
      expect(inMinute(0)).toBeLessThan(1.1 * (0.2 * tasks + 10));
      for (let from = 120_000; from < 400_000; from += 60_000) expect(inMinute(from)).toBeLessThanOrEqual(15);
      expect(retries.length).toBeGreaterThan(0);
      const done = world.measurements.filter(({ kind, isSuccess }) => kind === 'ENDED' && isSuccess).length;
      expect(world.finals.length + done).toBe(tasks);
    },
    20_000,
  );

  it('is not in the way of a few', () => {
    let failed = 0;
    const world = drive((task) => [
      { afterMs: 20, result: (failed += 1) <= 3 ? failedBy(task, 'ECONNRESET') : resultOf(task) },
    ]);
    world.ask(taskOf());
    world.until(beginAt + 60_000);
    expect(world.sent).toHaveLength(4);
    expect(world.finals).toEqual([]);
  });
});

describe('what was learned', () => {
  /** Tasks, one every 20 s; each third fails with a message that says nothing to fault data, and another attempt mends it or not. */
  const play = (isMended: boolean) => {
    const world = drive((task) => {
      const isWell = Number(task.taskId.slice(1)) % 3 > 0 || (task.attempt > 1 && isMended);
      const message = `the cache of shop-${task.taskId} is cold`;
      return [{ afterMs: 20, result: isWell ? resultOf(task) : failedBy(task, 'Odd', { message }) }];
    });
    for (let index = 0; index < 150; index += 1) {
      world.ask(taskOf({ taskId: `t${index}`, deadline: world.now + 300_000 }));
      world.until(world.now + 20_000);
    }
    world.until(world.now + 600_000);
    return world;
  };

  it('decides where fault data say nothing: what never helped is no longer tried, but for a look now and then', () => {
    const world = play(false);
    const late = world.sent.filter(({ task }) => Number(task.taskId.slice(1)) >= 75);
    expect(late.filter(({ task }) => task.attempt > 1).length).toBeLessThan(15);
    expect(world.finals.at(-1)?.result.fault?.message).toContain('after such messages trying again worked 0 of');
  });

  it('and what helped is tried with that reason', () => {
    const world = play(true);
    expect(world.finals).toEqual([]);
    expect(world.sent.findLast(({ task }) => task.attempt > 1)?.task.reason).toMatch(
      /after such messages "backoff" worked 100 % of \d+ times/,
    );
    expect(world.scores.at(-1)?.score.lessons).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ faultClass: 'unknown', pattern: 'the cache of * is cold', strategy: 'backoff' }),
      ]),
    );
  });
});
