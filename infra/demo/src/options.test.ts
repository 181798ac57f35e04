import { expect, it } from 'vitest';
import { readOptions, usage } from './options.ts';
import { leaking, slow } from './scenarios/shop-faults.ts';

it.each([
  [[], { kind: 'run', isOnce: false, scenario: slow }],
  [['--once'], { kind: 'run', isOnce: true, scenario: slow }],
  [['--help'], { kind: 'help' }],
  [['-h', '--once'], { kind: 'help' }],
  [['--scenario', 'leaking', '--once'], { kind: 'run', isOnce: true, scenario: leaking }],
])('%j is understood', (args, expected) => {
  expect(readOptions(args)).toEqual(expected);
});

it.each([[['--twice']], [['once']], [['--once=yes']]])('%j is refused in a sentence', (args) => {
  expect(readOptions(args)).toEqual({
    kind: 'wrong',
    sentence: `npm start -- ${args.join(' ')} is not understood: there are --once, --scenario <name> and --help.`,
  });
});

it('names the scenarios there are', () => {
  expect(readOptions(['--scenario', 'flooded'])).toEqual({
    kind: 'wrong',
    sentence:
      'There is no scenario "flooded": there are healthy, slow, leaking, crashing, unfixable, undo, attack, dependency-down, nightly-load.',
  });
  expect(usage).toContain('crashing        processes end over and over');
});

it('is explained within 88 columns', () => {
  expect(Math.max(...usage.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(88);
});
