import { expect, it } from 'vitest';
import { decodeDeparture, encodeDeparture, type Departure } from './departure.ts';

it('comes back as it was, bytes and tombstones and headers', () => {
  const departure: Departure = {
    cause: { topic: 'muster.metrics.v1', offset: 2 ** 40 },
    records: [
      { topic: 'a', key: 'k', value: Buffer.from([0, 1, 255]), headers: { ce_id: Buffer.from('x') } },
      { topic: 'b', key: Buffer.from([255]), value: null, headers: {}, partition: 3 },
    ],
  };
  const again = decodeDeparture(encodeDeparture(departure));
  expect(again.cause).toEqual(departure.cause);
  expect(again.records.map(({ key, value }) => [Buffer.from(key ?? ''), value && Buffer.from(value)])).toEqual([
    [Buffer.from('k'), Buffer.from([0, 1, 255])],
    [Buffer.from([255]), null],
  ]);
  expect(Buffer.from(again.records[0]?.headers?.['ce_id'] ?? []).toString()).toBe('x');
  expect(again.records[1]?.partition).toBe(3);
  expect(decodeDeparture(encodeDeparture({ records: [], cause: null }))).toEqual({ records: [], cause: null });
});

it('says so when it is damaged', () => {
  const bytes = encodeDeparture({ records: [{ topic: 'a', key: 'k', value: null }], cause: null });
  expect(() => decodeDeparture(bytes.subarray(0, 3))).toThrow('damaged');
});
