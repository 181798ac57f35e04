import type { CheckedTarget } from '@muster/targets';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkAt } from '../test/given.ts';
import type { Performed } from './checks/perform-check.ts';
import { schedule, type Schedule } from './schedule.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 5, 8) }));
let plan: Schedule | undefined;
afterEach(() => {
  plan?.stop();
  vi.useRealTimers();
});

const passed: Performed = { outcome: 'PASS', reason: '', latencyMs: 1, isHanging: false };
const failed: Performed = { ...passed, outcome: 'FAIL', reason: 'no' };

const targetsOf = (count: number, more: Readonly<Record<string, unknown>> = {}): CheckedTarget[] =>
  Array.from({ length: count }, (_, index) => targetAt(`t${index}`, [], more));

const targetAt = (
  target: string,
  dependsOn: readonly string[] = [],
  more: Readonly<Record<string, unknown>> = {},
): CheckedTarget => ({
  target,
  dependsOn,
  checks: [checkAt(`tcp://${target}:1`, more)],
});

/** Lets time pass as the sensor does, which asks four times a second. */
async function pass(ms: number): Promise<{ readonly target: string; readonly at: number; readonly outcome: string }[]> {
  const taken = [];
  for (let left = ms; left > 0; left -= 250) {
    await vi.advanceTimersByTimeAsync(Math.min(250, left));
    taken.push(...(plan?.take() ?? []));
  }
  return taken.map(({ target, checkedAt, outcome }) => ({ target, at: checkedAt, outcome }));
}

/** Answers by target; what is not named passes. */
function start(answers: Readonly<Record<string, () => Performed | Promise<Performed>>> = {}, checksAtOnce = 100): void {
  plan = schedule({
    checksAtOnce,
    perform: (check) => Promise.resolve(answers[new URL(check.address).hostname]?.() ?? passed),
  });
}

const hanging = (timeoutMs: number) => (): Promise<Performed> =>
  new Promise((resolve) => setTimeout(() => resolve({ ...failed, isHanging: true }), timeoutMs));

describe('the schedule', () => {
  it('makes each check once a round, spread evenly over it', async () => {
    start();
    plan?.declare(targetsOf(600));
    await pass(70_000);
    const round = await pass(60_000);
    expect(new Set(round.map(({ target }) => target)).size).toBe(600);
    expect(round).toHaveLength(600);
    const perSecond = Map.groupBy(round, ({ at }) => Math.floor(at / 1_000));
    const counts = [...perSecond.values()].map(({ length }) => length);
    expect(perSecond.size).toBeGreaterThanOrEqual(60);
    expect(Math.max(...counts)).toBeLessThanOrEqual(13);
  });

  it('looks at everything soon after the start', async () => {
    start();
    plan?.declare(targetsOf(50));
    expect(new Set((await pass(10_000)).map(({ target }) => target)).size).toBe(50);
  });

  it('is not held up by targets that hang, even by more than there are places', async () => {
    const stuck = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`t${index}`, hanging(5_000)]));
    start(stuck, 20);
    plan?.declare(targetsOf(200, { every: '20s' }));
    await pass(120_000);
    const rounds = (await pass(60_000)).filter(({ outcome }) => outcome === 'PASS');
    expect(Map.groupBy(rounds, ({ target }) => target).size).toBe(100);
    expect(rounds).toHaveLength(300);
    // Places in the round as the schedule gives them out, in the order of declaration.
    const dueAt = (target: string): number => (((Number(target.slice(1)) + 1) * 0.618_033_988_749_895) % 1) * 20_000;
    const late = rounds.map(({ target, at }) => ((at - dueAt(target) + 10_000) % 20_000) - 10_000);
    expect(Math.max(...late.map(Math.abs))).toBeLessThan(50);
  });

  it('never has more under way than it may', async () => {
    let underWay = 0;
    let most = 0;
    const busy = async (): Promise<Performed> => {
      most = Math.max(most, (underWay += 1));
      await new Promise((resolve) => setTimeout(resolve, 400));
      underWay -= 1;
      return passed;
    };
    plan = schedule({ checksAtOnce: 7, perform: busy });
    plan.declare(targetsOf(300));
    await pass(60_000);
    expect(most).toBe(7);
  });

  it('looks again soon while results speak against the status', async () => {
    const answers = [passed, failed, failed, failed, failed, passed, passed, passed];
    start({ shop: () => answers.shift() ?? passed });
    plan?.declare([targetAt('shop')]);
    const times = (await pass(8 * 60_000)).map(({ at }) => at);
    const gaps = times.slice(1, 8).map((at, index) => Math.round((at - (times[index] ?? 0)) / 1_000));
    const isSoon = gaps.map((gap) => gap <= 5);
    // After each failure up to the third, and after the first pass.
    expect(isSoon.slice(1)).toEqual([true, true, false, false, true, false]);
  });

  it('looks at once at what a failing target depends on', async () => {
    let isDown = false;
    start({ shop: () => (isDown ? failed : passed) });
    plan?.declare([targetAt('shop', ['api']), targetAt('api', ['db']), targetAt('db'), targetAt('other')]);
    await pass(70_000);
    isDown = true;
    const seen = await pass(62_000);
    const first = seen.find(({ outcome }) => outcome === 'FAIL');
    const soon = seen.filter(({ at }) => at >= (first?.at ?? 0) && at < (first?.at ?? 0) + 1_000);
    expect(soon.map(({ target }) => target)).toEqual(['shop', 'api', 'db']);
  });

  it('rests while nobody asks, and goes on after', async () => {
    let made = 0;
    start({ shop: () => ((made += 1), passed) });
    plan?.declare([targetAt('shop', [], { every: '1s', timeout: '1s' })]);
    await pass(5_000);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(made).toBeLessThan(20);
    plan?.take();
    expect((await pass(5_000)).length).toBeGreaterThanOrEqual(4);
  });

  it.each([3_600_000, -3_600_000])('goes on in its time when the clock is set by %i ms', async (jump) => {
    start();
    plan?.declare(targetsOf(60));
    await pass(70_000);
    plan?.figures();
    vi.setSystemTime(Date.now() + jump);
    const round = await pass(60_000);
    expect(new Set(round.map(({ target }) => target)).size).toBe(60);
    expect(round).toHaveLength(60);
    expect(plan?.figures().lateMostMs).toBeLessThan(1_000);
  });

  it('tells of targets that are not declared any more, and leaves alone what stays', async () => {
    start();
    plan?.declare([targetAt('shop'), targetAt('cache')]);
    await pass(60_000);
    plan?.declare([targetAt('shop')]);
    const after = await pass(60_000);
    expect(after.filter(({ target }) => target === 'cache').map(({ outcome }) => outcome)).toEqual(['REMOVED']);
    expect(after.filter(({ target }) => target === 'shop')).toHaveLength(1);
  });
});
