import { expect, test } from 'vitest';
import { recoveryOf, type Passage } from './recovery.ts';

const hop = 'a -> b';
const faultAt = 100_000;
/** One input each 100 ms for 40 s, answered after 20 ms, or when what held it up is over. */
const flow = (heldUp: (from: number) => number | undefined): Passage[] =>
  Array.from({ length: 400 }, (_, n) => 90_000 + 100 * n).map((from) => ({ hop, from, to: heldUp(from) ?? from + 20 }));

test('nothing is to recover from where nothing came late', () => {
  expect(
    recoveryOf(
      flow(() => undefined),
      faultAt,
      faultAt,
    ),
  ).toEqual({ ms: 0, worstMs: 20, usualMs: 20 });
});

test('recovery ends with the last output that was held up', () => {
  const held = flow((from) => (from >= faultAt && from < faultAt + 6_000 ? faultAt + 7_500 : undefined));
  expect(recoveryOf(held, faultAt, faultAt)).toMatchObject({ ms: 7_500, worstMs: 7_500 });
});

test('recovery from a fault that was lifted counts from then', () => {
  const held = flow((from) => (from >= faultAt && from < faultAt + 6_000 ? faultAt + 7_500 : undefined));
  expect(recoveryOf(held, faultAt, faultAt + 6_000).ms).toBe(1_500);
  expect(recoveryOf(held, faultAt, faultAt + 8_000).ms).toBe(0);
});

test('what comes late long after everything had come in time again has another reason', () => {
  const held = flow((from) =>
    from === faultAt + 100 ? faultAt + 2_000 : from === faultAt + 25_000 ? faultAt + 27_000 : undefined,
  );
  expect(recoveryOf(held, faultAt, faultAt)).toMatchObject({ ms: 2_000, worstMs: 2_000 });
});

test('an output as late as it was before the fault is not delayed', () => {
  const slow = flow((from) => from + 1_500);
  expect(recoveryOf(slow, faultAt, faultAt).ms).toBe(0);
});
