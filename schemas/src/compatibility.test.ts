import { Type } from 'avsc';
import type { Schema } from 'avsc';
import { describe, expect, it } from 'vitest';
import { field, fixtures, planted, realFolders } from '../test/planted.ts';
import { versionsAreCompatible } from './gates/compatibility.ts';
import type { Misread } from './gates/compatibility.ts';
import { examplesFit } from './gates/examples.ts';
import type { Misfit } from './gates/examples.ts';
import { recordsOf } from './source/schema-folder.ts';
import type { SchemaFolder } from './source/schema-folder.ts';

const typeOf = (schema: object): Type => Type.forSchema(schema as Schema);

const misread: Misread = (reader, writer) => {
  try {
    typeOf(reader).createResolver(typeOf(writer));
    return undefined;
  } catch (fault) {
    return (fault as Error).message;
  }
};

const misfit: Misfit = (schema, value) => {
  const type = typeOf(schema);
  const wrong: string[] = [];
  type.isValid(value, {
    noUndeclaredFields: true,
    errorHook: (path) => wrong.push(`${path.join('.') || 'it'} does not fit`),
  });
  if (wrong.length > 0) return wrong.join(', ');
  const read: unknown = JSON.parse(JSON.stringify(type.fromBuffer(type.toBuffer(value))));
  return JSON.stringify(read) === JSON.stringify(value) ? undefined : 'a field is missing or out of order';
};

const gates = { compatible: versionsAreCompatible(misread), examples: examplesFit(misfit) };

describe.each(Object.entries(gates))('%s', (_, gate) => {
  it('holds for every schema of the mesh', () => expect(gate(realFolders)).toEqual([]));
  it('holds for the fixtures', () => expect(gate(fixtures)).toEqual([]));
});

describe('a planted violation: compatibility', () => {
  it('names the versions and the field that a reader misses', () => {
    const withoutDefault = planted('order/v2.avsc', (order) => delete field(order, 'channel').default && order);
    expect(gates.compatible(withoutDefault)).toEqual([
      "Order v2 can't read what v3 has written: no matching field for default-less muster.Order.channel.",
    ]);
  });

  it('sees a type that is widened: new readers can read old messages, old readers not new ones', () => {
    const widened = planted('order/v3.avsc', (order) => {
      field(field(order, 'lines').type.items, 'count').type = 'double';
    });
    expect(gates.compatible(widened)).toEqual([
      `Order v1 can't read what v3 has written: cannot read "double" as "int".`,
      `Order v2 can't read what v3 has written: cannot read "double" as "int".`,
    ]);
  });

  it('sees a nullable field made out of a plain one', () => {
    const nullable = planted('order/v2.avsc', (order) => {
      field(order, 'orderId').type = ['null', 'string'];
    });
    expect(gates.compatible(nullable)).toContainEqual(
      expect.stringContaining("Order v1 can't read what v2 has written"),
    );
  });

  it('sees another name of a record inside', () => {
    const renamed = planted('order/v3.avsc', (order) => {
      field(order, 'lines').type.items.name = 'OrderItem';
    });
    expect(gates.compatible(renamed)).toContainEqual(
      expect.stringContaining("Order v3 can't read what v1 has written"),
    );
  });

  it('asks readers two versions back to read ahead under BACKWARD_TRANSITIVE, and all readers under FULL_TRANSITIVE', () => {
    const withTill = (path: string, folders: readonly SchemaFolder[], more: object): readonly SchemaFolder[] =>
      planted(path, (order) => void order.fields.push({ name: 'till', type: 'string', ...more }), folders);
    // A field that only v1 can't do without, and that is gone in v4.
    const fourVersions = (compatibility: string): readonly SchemaFolder[] => {
      const fourth = fixtures.map((folder) => folder.versions[2]).find((version) => version !== undefined)!;
      let folders = planted(
        'order/topic.json',
        ({ topics }) => topics.map((topic: object) => ({ ...topic, compatibility }))[0],
      );
      folders = withTill('order/v1.avsc', folders, {});
      folders = withTill('order/v2.avsc', folders, { default: '' });
      folders = withTill('order/v3.avsc', folders, { default: '' });
      return folders.map((folder) =>
        folder.folder === 'order'
          ? { ...folder, versions: [...folder.versions, { ...fourth, path: 'order/v4.avsc' }] }
          : folder,
      );
    };
    expect(gates.compatible(fourVersions('BACKWARD_TRANSITIVE'))).toEqual([]);
    expect(gates.compatible(fourVersions('FULL_TRANSITIVE'))).toEqual([
      "Order v1 can't read what v4 has written: no matching field for default-less muster.Order.till.",
    ]);
  });
});

describe('a planted violation: examples', () => {
  const path = 'order/examples/return.json';
  it.each([
    ['a wrong type', (order: { orderId: unknown }) => void (order.orderId = 7), 'orderId does not fit'],
    ['a symbol that is none', (order: { kind: string }) => void (order.kind = 'GIFT'), 'kind does not fit'],
    ['a field that is none', (order: object) => ({ ...order, colour: 'red' }), 'it does not fit'],
    [
      'a field left out',
      (order: { isGift?: boolean }) => void delete order.isGift,
      'a field is missing or out of order',
    ],
  ])('%s', (_, change, reason) => {
    expect(gates.examples(planted(path, change))).toEqual([`${path} is no Order v3: ${reason}.`]);
  });

  it('no example at all', () => {
    const none = fixtures.map((folder) => ({ ...folder, examples: [] }));
    expect(gates.examples(none)).toEqual(['order/examples is empty: give an example of Order.']);
  });
});

describe('messages across versions', () => {
  const [v1, v2, v3] = recordsOf(fixtures)[0]!.versions.map(typeOf);
  const old = {
    envelope: { id: '1', time: 5 },
    orderId: 'o-1',
    kind: 'SALE',
    lines: [{ article: 'tea', count: 2 }],
    placedAt: 5,
    channel: 'phone',
  };
  const now = {
    envelope: { id: '1', time: 5, tenant: 'acme' },
    orderId: 'o-1',
    kind: 'RETURN',
    lines: [{ article: 'tea', count: 2, price: 4.5 }],
    placedAt: 5,
    note: 'thanks',
    isGift: true,
  };

  it('a new reader fills in what an old writer did not know', () => {
    const read: unknown = v3!.fromBuffer(v1!.toBuffer(old), v3!.createResolver(v1!));
    expect(read).toEqual({
      envelope: { id: '1', time: 5, tenant: '' },
      orderId: 'o-1',
      kind: 'SALE',
      lines: [{ article: 'tea', count: 2, price: 0 }],
      placedAt: 5,
      note: null,
      isGift: false,
    });
  });

  it('an old reader drops what it does not know, and reads a new symbol as UNKNOWN', () => {
    const read: unknown = v1!.fromBuffer(v3!.toBuffer(now), v1!.createResolver(v3!));
    expect(read).toEqual({ ...old, kind: 'UNKNOWN', channel: '' });
    const readByV2: unknown = v2!.fromBuffer(v3!.toBuffer(now), v2!.createResolver(v3!));
    expect(readByV2).toMatchObject({ kind: 'RETURN', channel: '', note: 'thanks' });
  });
});

// What the rules rest on, of the Avro library in use.
describe('avsc', () => {
  const kind = (...symbols: string[]): object => ({
    type: 'enum',
    name: 'Kind',
    symbols: ['UNKNOWN', ...symbols],
    default: 'UNKNOWN',
  });
  const places: readonly (readonly [string, (kind: object) => object, (symbol: string) => unknown])[] = [
    ['on its own', (inner) => inner, (symbol) => symbol],
    ['where null may be', (inner) => ['null', inner], (symbol) => symbol],
    ['in a list', (inner) => ({ type: 'array', items: inner }), (symbol) => [symbol, symbol]],
    [
      'in a list that may hold null',
      (inner) => ({ type: 'array', items: ['null', inner] }),
      (symbol) => [null, symbol],
    ],
    ['in a map', (inner) => ({ type: 'map', values: inner }), (symbol) => ({ a: symbol })],
    [
      'named again',
      (inner) => ({
        type: 'record',
        name: 'Twice',
        fields: [
          { name: 'a', type: inner },
          { name: 'b', type: ['null', 'Kind'], default: null },
        ],
      }),
      (symbol) => ({ a: symbol, b: symbol }),
    ],
  ];

  it.each(places)('reads an unknown symbol as UNKNOWN %s', (_, place, value) => {
    const [older, newer] = [typeOf(place(kind('OLD'))), typeOf(place(kind('NEW', 'OLD')))];
    const read = (symbol: string): unknown =>
      older.fromBuffer(newer.toBuffer(value(symbol)), older.createResolver(newer));
    expect(read('NEW')).toEqual(value('UNKNOWN'));
    expect(read('OLD')).toEqual(value('OLD'));
  });

  it('refuses an unknown symbol where the reader has no default', () => {
    const closed = typeOf({ type: 'enum', name: 'Kind', symbols: ['UNKNOWN', 'OLD'] });
    expect(() => closed.createResolver(typeOf(kind('NEW')))).toThrow(/cannot read/);
  });

  it('refuses whole numbers beyond 2^53 instead of rounding them', () => {
    const long = typeOf({ type: 'long' });
    expect(() => long.toBuffer(2 ** 53)).toThrow(/invalid "long"/);
    const tooLarge = Buffer.from([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
    expect(() => void long.fromBuffer(tooLarge)).toThrow('potential precision loss');
  });

  it('writes the default of a field that was left out', () => {
    const sample = typeOf(
      recordsOf(realFolders)
        .find(({ name }) => name === 'MetricSample')!
        .versions.at(-1)!,
    );
    const envelope = { id: '1', time: 5, source: 'shop', correlationId: '1' };
    const read: unknown = sample.fromBuffer(
      sample.toBuffer({ envelope, target: 'shop', name: 'load', value: 1, at: 5 }),
    );
    expect(read).toEqual({
      envelope: { ...envelope, causationId: null },
      target: 'shop',
      name: 'load',
      value: 1,
      unit: '',
      labels: {},
      category: 'PERFORMANCE',
      at: 5,
    });
  });
});
