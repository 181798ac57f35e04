import { expect, it } from 'vitest';
import { beginTenure, type Host, type TenureStart } from './tenure.ts';

// A partition whose delivery is stopped is left out of what the log says it has delivered: it was taken for served, and the topics of a
// handler came in any order, when the state store was away at the beginning of a rebuild.
it('is not served, and not rebuilt, while its delivery is stopped', () => {
  const host = {
    hearers: [{ topics: ['a', 'b'] }],
    clock: { now: () => 50 },
    deliveredThrough: () => 100,
  } as unknown as Host;
  const start = {
    ownership: { partition: 0 },
    snapshot: { offsets: new Map() },
    publishedBelow: new Map([['a', 3]]),
    backlog: new Map(),
  } as unknown as TenureStart;
  const tenure = beginTenure(host, start);
  tenure.isHalted = true;
  expect([tenure.isServed(), tenure.isRebuilding()]).toEqual([false, true]);
  tenure.isHalted = false;
  expect([tenure.isServed(), tenure.isRebuilding()]).toEqual([true, false]);
});
