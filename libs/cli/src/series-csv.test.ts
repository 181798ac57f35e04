import { describe, expect, it } from 'vitest';
import { parseSeries } from './series-csv.ts';

describe('a recorded series', () => {
  it.each([
    ['with a heading', 'timestamp,value\n2014-04-01 00:00:00,20.0\r\n2014-04-01 00:05:00,19.8\n'],
    ['without one', '2014-04-01T00:00:00Z,20.0\n2014-04-01T00:05:00Z,19.8'],
    ['in epoch seconds', '1396310400,20.0\n1396310700,19.8'],
    ['with other columns in another order', 'value,"label",Timestamp\n20.0,x,1396310400000\n19.8,y,1396310700000'],
    ['out of order', '1396310700,19.8\n1396310400,20.0'],
  ])('%s', (_, text) => {
    const start = Date.UTC(2014, 3, 1);
    expect(parseSeries(text)).toEqual({
      points: [
        { at: start, value: 20 },
        { at: start + 300_000, value: 19.8 },
      ],
      faults: [],
    });
  });

  it('names every line that is wrong', () => {
    const { points, faults } = parseSeries('timestamp,value\n2014-04-01,1\nyesterday,2\n2014-04-02,\n2014-04-03,high');
    expect(points).toHaveLength(1);
    expect(faults).toEqual([
      'line 3: "yesterday" is no time.',
      'line 4: "" is no finite number.',
      'line 5: "high" is no finite number.',
    ]);
    expect(parseSeries('when,what\n1,2').faults[0]).toContain('has no timestamp and value columns');
  });
});
