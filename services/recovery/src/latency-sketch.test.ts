import { describe, expect, it } from 'vitest';
import { emptySketch, percentiles, withLatency, type LatencySketch } from './latency-sketch.ts';
import { beginAt, chance } from '../test/drive.ts';

/** An agent under observation: its results come one after the other. */
function observed() {
  let [sketch, now]: [LatencySketch, number] = [emptySketch(beginAt), beginAt];
  const median = (): number => percentiles(sketch, [0.5])[0] ?? 0;
  return {
    size: () => JSON.stringify(sketch).length,
    median,
    p95: () => percentiles(sketch, [0.95])[0] ?? 0,
    wait: (ms: number) => (now += ms),
    /** So many results, one every so many ms; returns the medians after each. */
    hear(count: number, everyMs: number, ms: () => number): readonly number[] {
      return Array.from({ length: count }, () => {
        now += everyMs;
        sketch = withLatency(sketch, ms(), now);
        return median();
      });
    },
  };
}
const is = (ms: number) => (): number => ms;

describe('a change', () => {
  it.each([40, 100, 800])('to the slow is known within a second or eight results, %i ms apart', (everyMs) => {
    const agent = observed();
    agent.hear(1_000, everyMs, is(20));
    agent.hear(Math.max(9, Math.ceil(1_100 / everyMs)), everyMs, is(200));
    expect(agent.median() / 200).toBeCloseTo(1, 1);
  });

  it('to the quick is known as soon, from the few results that a slow agent gets', () => {
    const agent = observed();
    agent.hear(1_000, 40, is(20));
    agent.hear(1_000, 1_000, is(200));
    agent.hear(9, 1_000, is(20));
    expect(agent.median() / 20).toBeCloseTo(1, 1);
    expect(agent.p95() / 20).toBeCloseTo(1, 1);
  });

  it('too small to be looked for is known when the window has slid: after hundreds of results, not after minutes', () => {
    const agent = observed();
    agent.hear(5_000, 20, is(20));
    agent.hear(1_100, 20, is(26));
    expect(agent.p95() / 26).toBeCloseTo(1, 1);
    expect(agent.median() / 26).toBeCloseTo(1, 1);
  });
});

describe('chance', () => {
  /** Durations around 20 ms, as they come about: skewed, and some far out. */
  const skewed = (draw: () => number) => (): number =>
    20 * Math.exp(Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw()));
  const twoKinds = (draw: () => number) => (): number => (draw() < 0.3 ? 200 : 20) * (1 + 0.2 * draw());

  it.each([
    ['skewed', 40, skewed],
    ['skewed and seldom', 1_000, skewed],
    ['of two kinds', 40, twoKinds],
    ['of two kinds and seldom', 1_000, twoKinds],
  ])('is not taken for a change: %s', (_, everyMs, durations) => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const agent = observed();
      agent.hear(200, everyMs, durations(chance(seed)));
      const medians = agent.hear(3_000, everyMs, durations(chance(100 + seed)));
      expect(Math.max(...medians) / Math.min(...medians)).toBeLessThan(1.7);
    }
  });

  it('that strikes many at the same moment, as a pause does, is no change either', () => {
    const agent = observed();
    agent.hear(1_000, 10, is(20));
    agent.hear(60, 1, is(900));
    const medians = agent.hear(300, 10, is(20));
    expect(Math.max(...medians)).toBeLessThan(22);
  });
});

it('keeps what it knew until something newer is known', () => {
  const agent = observed();
  agent.hear(50, 40, is(20));
  agent.wait(3_600_000);
  agent.hear(1, 40, is(20));
  expect(agent.median() / 20).toBeCloseTo(1, 1);
});

it('stays small, whatever comes', () => {
  const agent = observed();
  const draw = chance(3);
  agent.hear(4_000, 30, () => 10 ** (7 * draw()));
  const size = agent.size();
  agent.hear(4_000, 30, () => 10 ** (7 * draw()));
  expect(Math.max(size, agent.size())).toBeLessThan(6_000);
});
