import { expect, it } from 'vitest';
import { versionRange } from './version-range.ts';

it.each([
  ['*', '1.2.3', true],
  ['^1.2.0', '1.4.0', true],
  ['^1.2.0', '2.0.0', false],
  ['1 - 2', '2.9.9', true],
  ['>=1.0.0', '1.0.0-beta.1', false],
])('%s and %s', (range, version, isWithin) => expect(versionRange(range)?.(version)).toBe(isWithin));

it('says of a text that is no range that it is none', () => expect(versionRange('the newest')).toBeUndefined());
it('takes what is no version for outside', () => expect(versionRange('*')?.('newest')).toBe(false));
