import { expect, it } from 'vitest';
import { limitingPart, type Evidence } from './limiting-part.ts';

const calm: Evidence = {
  cores: 2,
  cpu: new Map([
    ['agents', 0.4],
    ['Kafka', 0.3],
    ['Redis', 0.1],
  ]),
  others: 0.1,
  loopUse: 0.4,
  ownCpu: 0.4,
  gc: 0.1,
  loopDelayP99Ms: 40,
  offered: 1_000,
  stored: 1_000,
};

it.each([
  [{ stored: 500 }, /^the load was not there: 500 of 1000/],
  [{ loopUse: 0.97, ownCpu: 0.95, gc: 0.3 }, /^the agent's one thread: .* 97 % .* 30 %/],
  [{ loopUse: 0.97, ownCpu: 0.95, others: 1.2 }, /cores are full as well/],
  [{ loopUse: 0.97, ownCpu: 0.5, others: 1.2 }, /^the machine: .* ready 97 % .* got 50 %/],
  [{ others: 1.1 }, /^the machine: 95 % .*agents 40 %, Kafka 30 %/],
  [{ cpu: new Map([['Redis', 0.95]]) }, /^Redis, which has one thread/],
  [{}, /^pauses, not load/],
] as const)('names what is full: %o', (over, sentence) => {
  expect(limitingPart({ ...calm, ...over })).toMatch(sentence);
});
