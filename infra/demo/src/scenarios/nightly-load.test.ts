import { expect, it } from 'vitest';
import { after, heard } from '../../test/loop-builder.ts';
import { seen } from '../../test/sight-builder.ts';
import { missingAfter, storyOf } from '../../test/waiting.ts';
import { brokenAmong } from '../orders/orders.ts';
import type { DemoEvent } from '../story.ts';
import { nightlyLoad } from './nightly-load.ts';

const orders = 1_500_000;
const rejected = brokenAmong(orders);
const progress = (seconds: number, done: number): DemoEvent =>
  seen(seconds, { about: 'progress', progress: { capability: 'data.run-job', done, total: 1_000, message: '' } });
const agent = (seconds: number, isUp: boolean): DemoEvent =>
  seen(seconds, { about: 'process', name: 'The agent data-processing', pid: 7, isUp });
const answer = { status: 'PARTIAL', read: orders, loaded: orders - rejected, rejected, batches: 80, isResumed: true };
const ended = (seconds: number, change = {}): DemoEvent => {
  const output = JSON.stringify({ ...answer, ...change });
  return heard(seconds, 'result', { capability: 'data.run-job', status: 'PARTIAL', output });
};
const counted = (rows: number, repeated = 0): DemoEvent => seen(30, { about: 'count', rows, repeated });

const whole: readonly DemoEvent[] = [
  { at: after(10), kind: 'fault', isOn: true },
  progress(12, 260),
  agent(12.1, false),
  agent(18, true),
  progress(20, 280),
  ended(28),
  seen(29, { about: 'answer', lines: ['nightly-load-1 PARTIAL'] }),
  { at: after(29), kind: 'fault', isOn: false },
  counted(orders - rejected),
];
const wrong = (...events: readonly DemoEvent[]) =>
  nightlyLoad.contradictions?.(storyOf(nightlyLoad, [...whole, ...events]));

it('goes on where its agent was killed, and loads each order once', () => {
  const ends = whole.map((_, index) => missingAfter(nightlyLoad, whole.slice(0, index + 1)));
  expect([...new Set(ends)]).toEqual([
    'a quarter of the orders were not loaded',
    'the load did not go on',
    'the load did not end',
    'the one who asked for the load was not answered',
    undefined,
  ]);
  expect(wrong()).toEqual([]);
  expect(nightlyLoad.verdict?.(storyOf(nightlyLoad, whole))).toEqual([
    `1500000 orders read in 80 batches over 19.0 s; ${orders - rejected} stand in the files, 0 of them twice, ${rejected} were rejected.`,
    'It went on 7.9 s after the agent was killed.',
  ]);
});

it('is no success when it is over too soon, begins again or fails', () => {
  expect(() => missingAfter(nightlyLoad, [whole[0]!, ended(11)])).toThrow('before its agent could be killed');
  expect(() => missingAfter(nightlyLoad, [...whole.slice(0, 4), progress(20, 10)])).toThrow('began again');
  const given = heard(21, 'result', { capability: 'data.run-job', status: 'ABANDONED', fault: null });
  expect(() => missingAfter(nightlyLoad, [...whole.slice(0, 5), given])).toThrow('The load ended ABANDONED');
});

it('is no success when the rows do not add up', () => {
  expect(wrong(counted(orders - rejected, 5))).toEqual(['5 orders were loaded twice.']);
  expect(wrong(ended(31, { status: 'COMPLETED', read: 7, loaded: 4, rejected: 3, isResumed: false }))).toHaveLength(5);
});
