import { expect, it } from 'vitest';
import { planted } from '../planted.ts';
import { browserSafety } from './browser-safe.ts';

const face = "export { a } from './a.ts';";
const withA = (a: string) =>
  browserSafety(planted({ 'libs/analysis/src/index.ts': face, 'libs/analysis/src/a.ts': a }, { 'libs/analysis': {} }));

it.each([
  ["import { hash } from 'node:crypto';", 'imports node:crypto'],
  ["import { readFileSync } from 'fs';", 'imports fs'],
  ['export const a = Buffer.from([]);', 'uses Buffer'],
  ['export const a = process.env;', 'uses process'],
])('%s is refused', (text, reason) => {
  expect(withA(text)).toEqual([`libs/analysis/src/a.ts ${reason}, and its package must run in a browser`]);
});

it('leaves alone what the public face does not reach', () => {
  const texts = { 'schemas/src/index.ts': 'export const a = 1;', 'schemas/src/generate.ts': "import 'node:fs';" };
  expect(browserSafety(planted(texts, { schemas: {} }))).toEqual([]);
});

it('leaves other packages alone', () => {
  expect(browserSafety(planted({ 'libs/bus/src/index.ts': "import 'node:fs';" }, { 'libs/bus': {} }))).toEqual([]);
});
