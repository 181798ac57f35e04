import { posix } from 'node:path';
import type { Repository } from '../repository.ts';

/** Names that say nothing about what is inside. */
const empty = new Set([
  'util',
  'utils',
  'common',
  'helper',
  'helpers',
  'type',
  'types',
  'constant',
  'constants',
  'misc',
]);
const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|integration\.test|config|d))?\.[a-z]+$/;

/** Files and folders of code are named after a concept, in lower case with hyphens. */
export function fileNames({ sources }: Repository): string[] {
  return sources.flatMap(({ path }) => {
    const named = path.split('/').find((part) => empty.has(part.split('.')[0] ?? ''));
    if (named !== undefined) return [`${path}: ${named} says nothing; name it after the concept in it`];
    return kebab.test(posix.basename(path)) ? [] : [`${path}: write the name in lower case with hyphens`];
  });
}

const mostLines = 300;

/** No file of code that people write is longer than can be taken in. */
export function fileLength({ sources }: Repository): string[] {
  return sources
    .filter(({ path }) => !/\.test\.|\/generated\//.test(path))
    .filter(({ lines }) => lines > mostLines)
    .map(({ path, lines }) => `${path} has ${lines} lines (limit ${mostLines}): split it by concept`);
}
