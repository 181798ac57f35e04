import { expect, it } from 'vitest';
import { readOptions, usage } from './options.ts';

it.each([
  [[], { kind: 'run', isOnce: false }],
  [['--once'], { kind: 'run', isOnce: true }],
  [['--help'], { kind: 'help' }],
  [['-h', '--once'], { kind: 'help' }],
])('%j is understood', (args, expected) => {
  expect(readOptions(args)).toEqual(expected);
});

it.each([[['--twice']], [['once']], [['--once=yes']]])('%j is refused in a sentence', (args) => {
  expect(readOptions(args)).toEqual({
    kind: 'wrong',
    sentence: `npm start -- ${args.join(' ')} is not understood: there are --once and --help.`,
  });
});

it('is explained within 88 columns', () => {
  expect(Math.max(...usage.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(88);
});
