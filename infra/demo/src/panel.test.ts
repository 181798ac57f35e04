import { describe, expect, it } from 'vitest';
import { alertOf } from '../test/alert-builder.ts';
import { plain } from './palette.ts';
import { panelLine, panelOf, sparkline } from './panel.ts';
import { slow } from './scenarios/shop-faults.ts';
import { beginStory, tell, type DemoEvent, type Story } from './story.ts';

const startedAt = 1_780_300_800_000;
const at = startedAt + 30_000;
const sample = (name: string, value: number, route?: string): DemoEvent => ({
  at,
  kind: 'sample',
  sample: { target: 'shop', name, value, labels: route === undefined ? {} : { route } },
});
const aShop = [
  ...['/catalog', '/cart', '/checkout'].flatMap((route, index) => [
    sample('latency_ms', 20.4 * (index + 1), route),
    sample('error_share', index / 100, route),
    sample('requests_per_s', 30 - 10 * index, route),
  ]),
  sample('orders_per_min', 512),
  sample('order_value_per_min', 31_240.4),
];
const told = (...events: readonly DemoEvent[]): Story =>
  [...aShop, ...events].reduce(tell, beginStory('shop', startedAt, slow));
const phase = (phase: Story['phase']): DemoEvent => ({ at, kind: 'phase', phase });

describe('the panel', () => {
  it('shows each route, what is sold and what is going on', () => {
    expect(panelOf(told(phase('learning')), plain)).toEqual([
      '─'.repeat(79),
      '  shop            p95   errors  per s  latency, last 18 s',
      '  /catalog      20 ms    0.0 %   30.0  ▁',
      '  /cart         41 ms    1.0 %   20.0  ▂',
      '  /checkout     61 ms    2.0 %   10.0  ▃',
      '  512 orders a minute, worth 31 240 EUR',
      '',
      `  30.0 s  learning what is usual  ${'░'.repeat(24)}  1 %`,
    ]);
  });

  it.each<readonly [string, readonly DemoEvent[]]>([
    ['all is usual, no alert fires', [phase('healthy')]],
    ['the fault is on for 4.0 s', [phase('broken'), { at: at - 4_000, kind: 'fault', isOn: true }]],
    [
      'the fault is on for 4.0 s, 1 alert fires',
      [
        { at: at - 4_000, kind: 'fault', isOn: true },
        { at, kind: 'alert', alert: alertOf({ startsAt: at }) },
      ],
    ],
    ['all is usual   Ctrl-C stops everything', [phase('calm')]],
    ['before the fault, 1 alert fires', [phase('healthy'), { at, kind: 'alert', alert: alertOf({ startsAt: at }) }]],
  ])('says: %s', (words, events) => {
    expect(panelOf(told(...events), plain).at(-1)).toBe(`  30.0 s  ${words}`);
  });

  it('marks the route an alert is about', () => {
    const story = told({ at, kind: 'alert', alert: alertOf({ startsAt: at }) });
    const marked = panelOf(story, { ...plain, bad: (text) => `!${text}` }).filter((line) => line.startsWith('!'));
    expect(marked).toEqual(['!  /checkout     61 ms    2.0 %   10.0  ▃']);
  });

  it('fits 79 columns however much there is', () => {
    const much = Array.from({ length: 60 }, () => sample('latency_ms', 123_456, '/checkout'));
    const lines = panelOf(told(...much, phase('learning')), plain);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(79);
  });

  it('shows the time while there is no shop yet, and when there is none any more', () => {
    expect(panelOf(tell(beginStory('shop', startedAt, slow), { at, kind: 'tick' }), plain)).toEqual([
      '  30.0 s  starting',
    ]);
    expect(panelOf(told(phase('ending')), plain)).toEqual(['  30.0 s  ending']);
  });
});

it('fits one line where lines are only added', () => {
  expect(panelLine(told(phase('learning')), plain)).toBe(
    '  30.0 s  catalog 20 ms  cart 41 ms  checkout 61 ms  errors 1.0 %  60/s  learned 1 %',
  );
  expect(panelLine(told(phase('healthy')), plain)).not.toContain('learned');
});

it('draws latencies on a logarithmic scale', () => {
  expect(sparkline([0.5, 10, 31, 99, 300, 1_100, 2_500, 9_000, 60_000])).toBe('▁▁▂▃▄▆▇██');
});
