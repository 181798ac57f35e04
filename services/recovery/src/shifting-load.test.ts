/** Scores in a loop: they decide who gets tasks, and so of whom there are results. */
import type { TaskMeasurement } from '@muster/schemas';
import { expect, it } from 'vitest';
import { beginAt, chance, drive, taskOf } from '../test/drive.ts';

const agents = ['echo-a', 'echo-b'] as const;
type Agent = (typeof agents)[number];

/** Of fifty tasks a second, given by the latest scores as the router gives them, the share of echo-b in each second. */
function play(seconds: number, seed: number, takes: (agent: Agent, second: number, draw: () => number) => number) {
  const world = drive(() => []);
  const draw = chance(seed);
  let told = 0;
  const latency: Record<string, number> = {};
  const shares = Array.from({ length: seconds }, (_, second) => {
    let ofB = 0;
    for (let index = 0; index < 50; index += 1) {
      const at = beginAt + second * 1_000 + index * 20;
      world.until(at);
      for (const { score } of world.scores.slice(told))
        latency[score.agent] = (3 * score.latencyP50Ms + score.latencyP95Ms) / 4;
      told = world.scores.length;
      const [a, b] = agents.map((agent) => (5 + (latency[agent] ?? 0)) ** -2) as [number, number];
      const agent = draw() < 0.01 + (0.98 * b) / (a + b) ? 'echo-b' : 'echo-a';
      if (agent === 'echo-b') ofB += 1;
      const latencyMs = takes(agent, second, draw);
      world.tell('muster.task-measurements.v1', endedAfter(agent, latencyMs), at + latencyMs);
    }
    return ofB / 50;
  });
  return { tellings: told, share: (from: number, to: number) => mean(shares.slice(from, to)) };
}

function endedAfter(agent: Agent, latencyMs: number): TaskMeasurement {
  const { envelope } = taskOf();
  const nothing = { faultClass: '', faultType: '', pattern: '', strategy: '', cost: 0 };
  const which = { agent, capability: 'bench.echo', taskId: 't', attempt: 1, isSuccess: true, latencyMs };
  return { envelope, kind: 'ENDED', ...which, ...nothing };
}

const mean = (all: readonly number[]): number => all.reduce((sum, each) => sum + each, 0) / all.length;

it('who becomes ten times slower is left alone after some seconds, and is back some seconds after it is quick again', () => {
  const { share } = play(90, 1, (agent, second, draw) => (agent === 'echo-b' && second >= 25 && second < 50 ? 200 : 20) + 5 * draw()); // prettier-ignore
  expect(share(0, 25)).toBeGreaterThan(0.4);
  expect(share(29, 50)).toBeLessThan(0.045);
  expect(share(29, 50)).toBeGreaterThan(0);
  expect(share(65, 90)).toBeGreaterThan(0.4);
});

it.each([1, 2, 3])('equals have equal parts, however much chance scatters what they take (%i)', (seed) => {
  const { share, tellings } = play(120, seed, (_, __, draw) => 5 - 20 * Math.log(1 - draw()));
  for (let from = 10; from < 120; from += 10) expect(Math.abs(share(from, from + 10) - 0.5)).toBeLessThan(0.17);
  expect(tellings).toBeLessThan(60);
});
