import { describe, expect, test } from 'vitest';
import { decodeKeyRecord, encodeKeyRecord } from './key-record.ts';
import { seenIds } from './seen-ids.ts';

const now = 1_763_717_000_123;
const seen = ['one', 'two', 'three'].reduce((ids, id) => seenIds.add(ids, id, 32), seenIds.empty);
const recordOf = (state: unknown) => ({
  state,
  applied: { 'muster.metrics.v1': 12, 'muster.alerts.v1': 2 ** 40 },
  seen,
  wakeAt: now,
});
const roundTrip = (state: unknown) => decodeKeyRecord(encodeKeyRecord(recordOf(state))).state;

test('a record comes back as it was', () => {
  const record = recordOf({ count: 1 });
  expect(decodeKeyRecord(encodeKeyRecord(record))).toEqual(record);
  const full = { ...record, wakeAt: null, applied: {}, seen: [], extra: { kind: 'later' } };
  expect(decodeKeyRecord(encodeKeyRecord(full))).toEqual(full);
  expect(decodeKeyRecord(encodeKeyRecord({ ...record, state: undefined }))).toStrictEqual({
    ...record,
    state: undefined,
  });
});

describe('a state survives', () => {
  const states: Record<string, unknown> = {
    numbers: [0, 1, 63, 64, 127, 128, -1, -33, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, 1.5, 1e-300, now, 1e21],
    'numbers that JSON loses': [NaN, Infinity, -Infinity, undefined, null],
    strings: ['', 'a', 'Größe', '東京', '🙂', 'x'.repeat(31), 'x'.repeat(32), 'é'.repeat(300), 'x'.repeat(70_000)],
    booleans: { yes: true, no: false },
    bigints: [0n, -1n, 2n ** 62n, 2n ** 64n - 1n],
    'fields that are undefined': { a: undefined, b: null, c: [undefined] },
    'nested objects': { a: { b: { c: [{ d: { e: [] } }, {}] } }, 7: 'number-like', 'with space': 1 },
    'objects of one shape': Array.from({ length: 100 }, (_, i) => ({
      id: `fp-${i}`,
      at: now + i,
      value: i / 7,
      end: null,
    })),
    'objects of many shapes': Array.from({ length: 300 }, (_, i) => [{ [`k${i}`]: { [`l${i % 70}`]: i } }, { k0: i }]),
    maps: new Map<unknown, unknown>([
      ['a', new Map([[1, { b: 2 }]])],
      [3, [4]],
      ['empty', new Map()],
    ]),
    'a map beside an object': { map: new Map([['a', 1]]), object: { a: 1 } },
    sets: new Set(['a', 1]),
    dates: [new Date(now), new Date(0), new Date(-1)],
    'float arrays': { plain: Array.from({ length: 200 }, (_, i) => Math.sin(i)), typed: Float64Array.of(1.5, NaN, -0) },
    'typed arrays': [
      Uint8Array.of(1, 2),
      Int16Array.of(-1),
      Float32Array.of(0.5),
      BigInt64Array.of(-1n),
      new Uint32Array(0),
    ],
    'a large state': Array.from({ length: 5_000 }, (_, i) => ({ key: `key-${i}`, values: [i, i / 3] })),
    'a bare value': 'FIRING',
  };
  test.each(Object.entries(states))('%s', (_, state) => {
    expect(roundTrip(state)).toStrictEqual(state);
  });
});

test('what is decoded is apart from the bytes it came from', () => {
  const bytes = encodeKeyRecord(
    recordOf({ bytes: Uint8Array.of(1, 2, 3), buffer: Buffer.from('abc'), floats: Float64Array.of(1) }),
  );
  const { state } = decodeKeyRecord(bytes);
  bytes.fill(0xff);
  expect(state).toEqual({ bytes: Uint8Array.of(1, 2, 3), buffer: Buffer.from('abc'), floats: Float64Array.of(1) });
});

test('records are independent of each other and of where their bytes lie', () => {
  const states = Array.from({ length: 200 }, (_, i) => ({ [`field${i % 90}`]: { at: i, rows: [{ i }, { i }] } }));
  const encoded = states.map((state) => encodeKeyRecord(recordOf(state)));
  const shifted = encoded.map((bytes) => new Uint8Array(Buffer.concat([Buffer.alloc(3), bytes])).subarray(3));
  for (const [i, bytes] of [...shifted.entries()].toReversed()) expect(decodeKeyRecord(bytes).state).toEqual(states[i]);
});

test('a state of 12 like objects names their fields once', () => {
  const state = Array.from({ length: 12 }, (_, i) => ({
    fingerprint: `fp-${i}`,
    severity: 'WARNING',
    firedAt: now,
    resolvedAt: null,
  }));
  const { length } = encodeKeyRecord(recordOf(state));
  expect(
    Buffer.from(encodeKeyRecord(recordOf(state)))
      .toString('latin1')
      .split('fingerprint'),
  ).toHaveLength(2);
  expect(length).toBeLessThan(0.6 * JSON.stringify(recordOf(state)).length);
});

test('a state that holds no data is refused, and the next one is not harmed', () => {
  expect(() => encodeKeyRecord(recordOf({ a: Symbol('s') }))).toThrow('A state cannot be stored: ');
  expect(roundTrip({ a: 1 })).toEqual({ a: 1 });
});

describe('bytes that are no record', () => {
  const good = encodeKeyRecord(recordOf({ name: 'x'.repeat(40), rows: [{ a: 1 }, { a: 2 }] }));

  test('another format is named', () => {
    expect(() => decodeKeyRecord(Uint8Array.of(9, ...good.subarray(1)))).toThrow(
      'has format 9; this build reads format 1',
    );
    expect(() => decodeKeyRecord(new Uint8Array(0))).toThrow('has format none');
  });

  test('a record cut anywhere is damaged', () => {
    for (let length = 1; length < good.length; length += 1)
      expect(() => decodeKeyRecord(good.subarray(0, length))).toThrow('A stored state is damaged (');
  });

  test('so is one with more behind it, or with something else in it', () => {
    expect(() => decodeKeyRecord(Uint8Array.of(...good, 0))).toThrow('damaged');
    expect(() => decodeKeyRecord(Uint8Array.of(1, 0xc0))).toThrow('it is no key record');
    expect(() => decodeKeyRecord(Uint8Array.of(1, 0x94, 1, 2, 3, 4))).toThrow('its fields have other types');
  });

  test('no damage brings anything but that error, and the next record is not harmed', () => {
    for (let at = 0; at < good.length; at += 1)
      for (const value of [0x00, 0xc1, 0xc7, 0xd4, 0xdf, 0xff]) {
        const bytes = Uint8Array.from(good);
        bytes[at] = value;
        try {
          decodeKeyRecord(bytes);
        } catch (error) {
          expect(String(error)).toMatch(/^Error: A stored state (is damaged \(|has format )/);
        }
      }
    expect(decodeKeyRecord(good).state).toEqual({ name: 'x'.repeat(40), rows: [{ a: 1 }, { a: 2 }] });
  });
});
