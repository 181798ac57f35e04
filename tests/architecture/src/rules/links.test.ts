import { expect, it } from 'vitest';
import { planted } from '../planted.ts';
import { links } from './links.ts';

const docs = {
  'docs/other.md': '# Life of a message\n\n## The `log`, its clock\n\n## Again\n\n## Again\n',
  'libs/bus/src/log.ts': '',
};
const linking = (text: string) => links(planted({ ...docs, 'docs/a.md': `# Here\n\n${text}\n` }));

it.each([
  'other.md',
  './other.md#life-of-a-message',
  'other.md#the-log-its-clock',
  'other.md#again-1',
  '#here',
  '../libs/bus',
  '../libs/bus/src/log.ts',
  'https://example.org/x',
  'mailto:a@example.org',
])('a link to %s is fine', (target) => {
  expect(linking(`See [this](${target}).`)).toEqual([]);
});

it.each([
  ['gone.md', 'docs/a.md links to gone.md, which does not exist'],
  ['../libs/gone/', 'docs/a.md links to ../libs/gone/, which does not exist'],
  ['other.md#gone', 'docs/a.md links to other.md#gone: docs/other.md has no such heading'],
  ['#gone', 'docs/a.md links to #gone: docs/a.md has no such heading'],
])('a link to %s is refused', (target, reason) => {
  expect(linking(`See [this](${target}).`)).toEqual([reason]);
  expect(linking(`See [this][1].\n\n[1]: ${target}`)).toEqual([reason]);
});

it('takes no code for a link', () => {
  expect(linking('`[a](gone.md)`\n\n```md\n[a](gone.md)\n```')).toEqual([]);
});
