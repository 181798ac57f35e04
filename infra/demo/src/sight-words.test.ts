import { expect, it } from 'vitest';
import { after } from '../test/loop-builder.ts';
import { blocked, health, seen, visits } from '../test/sight-builder.ts';
import { storyOf } from '../test/waiting.ts';
import { narrate } from './narration.ts';
import { plain } from './palette.ts';
import { slow } from './scenarios/shop-faults.ts';
import { glance, sightMoments } from './sight-words.ts';
import { tell, type DemoEvent } from './story.ts';

const said = (...events: readonly DemoEvent[]): string[] => {
  const before = storyOf(slow, events.slice(0, -1));
  const last = events.at(-1)!;
  return narrate(before, last, tell(before, last), plain).map((line) => line.trim());
};
const address = '203.0.113.66';
const progress = { capability: 'data.run-job', done: 26, total: 100, message: '5 rows loaded' };

it('tells of a block, its end and who takes it back', () => {
  expect(said(blocked(42, address))).toEqual([
    '42.0 s  BLOCKED',
    '203.0.113.66 for 40.0 s (rule injection, time 1): 2 requests that',
    'attack.',
  ]);
  expect(said(blocked(42, address), blocked(82, address, null))[0]).toBe('82.0 s  LET IN AGAIN');
  expect(said(blocked(82, address, null))).toEqual([]);
  const release = blocked(50, address, { status: 'RELEASED', decidedBy: 'ann', reason: 'Asked to.' });
  expect(said(release)).toEqual(['50.0 s  RELEASED', '203.0.113.66, by ann: Asked to.']);
});

it('tells of the first refusal of somebody, and no other', () => {
  expect(said(visits(41, 'attacker', 3, 0))).toEqual([]);
  expect(said(visits(41, 'attacker', 3, 0), visits(42, 'attacker', 3, 1))[0]).toBe('42.0 s  REFUSED  the attacker');
  expect(said(visits(42, 'attacker', 3, 1), visits(43, 'attacker', 3, 2))).toEqual([]);
});

it('tells how a target is when that changes, and of no others', () => {
  const well = health(30, 'shop', 'HEALTHY');
  expect(said(health(29, 'shop', 'UNKNOWN'))).toEqual([]);
  expect(said(well, health(32, 'shop', 'HEALTHY'))).toEqual([]);
  expect(said(well, health(34, 'shop', 'DEGRADED'))).toEqual(['34.0 s  shop is DEGRADED', 'it is DEGRADED']);
  expect(said(health(34, 'billing', 'UNHEALTHY'))).toEqual([]);
});

it('is told once more in the end, from a time on', () => {
  const { sights } = storyOf(slow, [
    visits(39, 'attacker', 1, 1),
    health(41, 'shop', 'DEGRADED'),
    seen(42, { about: 'process', name: 'The agent', pid: 7, isUp: false }),
    seen(43, { about: 'held', refused: 12 }),
    seen(43.5, { about: 'progress', progress }),
    seen(43.8, { about: 'process', name: 'The agent', pid: 8, isUp: true }),
    seen(44, { about: 'progress', progress }),
    seen(45, { about: 'progress', progress }),
    seen(46, { about: 'answer', lines: ['10 rows read'] }),
    seen(47, { about: 'count', rows: 10, repeated: 0 }),
  ]);
  expect(sightMoments(sights, after(40), plain).map(({ words }) => words)).toEqual([
    'shop is DEGRADED  it is DEGRADED',
    'The agent  process 7 was ended with kill -9',
    'VERIFIED  the block holds: 12 requests were refused, none came through',
    'The agent  process 8 was started',
    'GOES ON  26 %: 5 rows loaded',
    'ENDED  10 rows read',
    'COUNTED  10 rows stand in the files, none of them twice',
  ]);
});

it('is seen at a glance where there is somebody besides the customers, or a job', () => {
  expect(glance(storyOf(slow, [visits(39, 'customers', 90, 0)]))).toEqual([]);
  const attacked = storyOf(slow, [visits(39, 'customers', 90, 0), visits(40, 'attacker', 4, 2)]);
  expect(glance(attacked)).toEqual(['attacker 4 served, 2 refused', 'customers 90 served, 0 refused']);
  expect(glance(storyOf(slow, [seen(40, { about: 'progress', progress })]))).toEqual(['26 %: 5 rows loaded']);
});
