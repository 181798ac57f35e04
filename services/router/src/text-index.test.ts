import { expect, it } from 'vitest';
import { accuracyOn } from '../test/text-accuracy.ts';
import { textIndex } from './text-index.ts';

const index = textIndex([
  {
    capability: 'recovery.restart',
    skills: [{ title: '', description: 'Restarts the processes of a target.', tags: [], examples: ['bounce it'] }],
  },
  {
    capability: 'cache.flush',
    skills: [{ title: '', description: 'Empties a cache.', tags: ['invalidate'], examples: [] }],
  },
]);
const best = (text: string) => index.find(text)[0];

it('finds what is meant by other forms of the words, and slips of the pen', () => {
  expect(best('restarting')?.capability).toBe('recovery.restart');
  expect(best('invaildate caches')?.capability).toBe('cache.flush');
  expect(best('RESTRT')?.capability).toBe('recovery.restart');
});

it('is less sure the less of the text it knows, and where two are meant alike', () => {
  const sure = best('restart')?.confidence ?? 0;
  expect(sure).toBeGreaterThan(0.9);
  expect(best('restart brilliant violins and trombones')?.confidence).toBeLessThan(sure);
  expect(best('restart cache')?.confidence).toBeLessThan(sure);
});

it('knows nothing of other things', () => {
  expect(index.find('paint the wall')).toEqual([]);
  expect(index.find('')).toEqual([]);
  expect(textIndex([]).find('restart')).toEqual([]);
});

it('learns nothing from inputs that stand as examples, and does not jump at one word in passing', () => {
  const skill = {
    title: '',
    description: 'Brings a target back.',
    tags: [],
    examples: ['{"target":"shop"}', 'undo the mess'],
  };
  const texts = textIndex([{ capability: 'recovery.rollback', skills: [skill] }]);
  expect(texts.find('is the shop up')).toEqual([]);
  expect(texts.find('what a mess')[0]?.confidence).toBeLessThan(0.4);
});

it('is as good on texts it was not tuned on as its README says', () => {
  const { found, mistaken, missed, leftAlone, invented } = accuracyOn('held out');
  expect((found + leftAlone) / (found + mistaken + missed + leftAlone + invented)).toBeGreaterThan(0.85);
  expect(mistaken + invented).toBeLessThanOrEqual(3);
});
