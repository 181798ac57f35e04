import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseState, readState, removeState, type StackState, writeState } from './stack-state.ts';

const state: StackState = {
  kafkaBrokers: '127.0.0.1:20000',
  schemaRegistryUrl: 'http://127.0.0.1:20002',
  redisUrl: 'redis://127.0.0.1:20004',
  ready: true,
  keep: false,
  owner: { pid: 10, began: 'a:1' },
  servers: [{ name: 'kafka', pid: 11, began: 'a:2', trains: { from: '/x', to: '/y' } }],
};

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'stack-state-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

test('a written state is read back, and replacing it leaves no other file behind', () => {
  writeState(dataDir, state);
  writeState(dataDir, { ...state, ready: false });
  expect(readState(dataDir)).toEqual({ ...state, ready: false });
  expect(readdirSync(dataDir)).toEqual(['stack.json']);
});

test('nothing recorded is no state, before the first start and after the end', () => {
  expect(readState(dataDir)).toBeUndefined();
  writeState(dataDir, state);
  removeState(dataDir);
  expect(readState(dataDir)).toBeUndefined();
});

test('a damaged file is refused with a sentence that says what to do', () => {
  writeFileSync(join(dataDir, 'stack.json'), '{"ready": tr');
  expect(() => readState(dataDir)).toThrow(expect.objectContaining({ code: 'DATA_FOLDER' }));
  expect(() => readState(dataDir)).toThrow(/is damaged.*delete .* and start again\.$/);
});

test.each([
  ['no owner', { ...state, owner: undefined }],
  ['a server without a beginning', { ...state, servers: [{ name: 'kafka', pid: 11 }] }],
  ['a server without a whole pid', { ...state, servers: [{ name: 'kafka', pid: '11', began: 'a' }] }],
  ['an address that is no text', { ...state, redisUrl: 6379 }],
])('a state with %s is not one', (_, broken) => {
  expect(parseState(JSON.stringify(broken))).toBeUndefined();
});
