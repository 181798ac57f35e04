import { expect, it } from 'vitest';
import { planted } from '../planted.ts';
import { skippedTests } from './skipped-tests.ts';

it.each([
  "it.skip('a', () => {});",
  "describe.only('a', () => {});",
  "test.each([1]).skip; test.concurrent.todo('a');",
  "xit('a');",
])('finds %s', (text) => {
  expect(skippedTests(planted({ 'libs/bus/src/a.test.ts': text }))).toHaveLength(1);
});

it('takes no text for a test', () => {
  const text = "const planted = `it.skip('a')`; it('may skip', () => stream.skip(1)); // it.only";
  expect(skippedTests(planted({ 'libs/bus/src/a.test.ts': text }))).toEqual([]);
});
