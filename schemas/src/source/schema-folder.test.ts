import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSchemaFolders, recordsOf } from './schema-folder.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'muster-schemas-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

it('reads folders that hold a schema, and what belongs to it', () => {
  write('order/v1.avsc', '{ "type": "record", "name": "Order", "fields": [] }');
  write('order/v2.avsc', '{ "type": "record", "name": "Order", "fields": [] }');
  write('order/topic.json', '{ "topic": "muster.orders.v1" }');
  write('order/examples/one.json', '{}');
  write('colour/v1.avsc', '{ "type": "enum", "name": "Colour", "symbols": [] }');
  write('src/index.ts', '');
  const folders = readSchemaFolders(root);
  expect(folders.map(({ folder }) => folder)).toEqual(['colour', 'order']);
  expect(folders[1]!.versions.map(({ path }) => path)).toEqual(['order/v1.avsc', 'order/v2.avsc']);
  expect(folders[1]!.examples).toEqual([{ path: 'order/examples/one.json', text: '{}', value: {} }]);
  expect(recordsOf(folders)).toMatchObject([{ name: 'Order', topics: [{ topic: 'muster.orders.v1' }] }]);
});

it('refuses a gap between versions', () => {
  write('order/v1.avsc', '{}');
  write('order/v3.avsc', '{}');
  expect(() => readSchemaFolders(root)).toThrow(
    'order/v3.avsc is no version: versions are v1.avsc, v2.avsc, ... without a gap.',
  );
});

it('names the file that is not JSON', () => {
  write('order/v1.avsc', '{');
  expect(() => readSchemaFolders(root)).toThrow(/^order\/v1\.avsc is not valid JSON: /);
});

it('refuses an enum on a topic', () => {
  write('colour/v1.avsc', '{ "type": "enum", "name": "Colour", "symbols": [] }');
  write('colour/topic.json', '{ "topic": "muster.colours.v1" }');
  expect(() => recordsOf(readSchemaFolders(root))).toThrow(
    'colour/v1.avsc is no record: what travels on a topic is a record.',
  );
});
