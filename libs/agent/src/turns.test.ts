import { expect, it } from 'vitest';
import { systemClock } from './clock.ts';
import { turns } from './turns.ts';

it('gives everyone a turn before anyone gets a second', async () => {
  const order: string[] = [];
  const all = turns(systemClock);
  await new Promise<void>((resolve) => {
    let left = 6;
    const worker = (name: string, times: number) => () => {
      order.push(name);
      left -= 1;
      if (left === 0) resolve();
      return order.filter((each) => each === name).length < times;
    };
    all.add(worker('busy', 4));
    all.add(worker('a', 1));
    all.add(worker('b', 1));
  });
  expect(order).toEqual(['busy', 'a', 'b', 'busy', 'busy', 'busy']);
});

it('lets input and output have their turn when there is much to do', async () => {
  const all = turns(systemClock);
  let turnsTaken = 0;
  let isTimerSeenAt = -1;
  setTimeout(() => (isTimerSeenAt = turnsTaken), 0);
  await new Promise<void>((resolve) => {
    all.add(() => {
      const until = performance.now() + 4;
      while (performance.now() < until);
      turnsTaken += 1;
      if (turnsTaken === 12) resolve();
      return turnsTaken < 12;
    });
  });
  expect(isTimerSeenAt).toBeGreaterThan(0);
  expect(isTimerSeenAt).toBeLessThan(12);
});
