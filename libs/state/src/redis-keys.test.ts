import { expect, test } from 'vitest';
import { agentPattern, partitionKeys, scriptKeys } from './redis-keys.ts';

test('all keys of a partition share a hash tag that is theirs alone', () => {
  const tagsOf = (agent: string, partition: number) =>
    new Set(scriptKeys(partitionKeys(agent, partition)).map((key) => /\{(.+?)\}/.exec(key)?.[1]));
  expect(tagsOf('monitoring', 3)).toEqual(new Set(['monitoring:3']));
  expect(tagsOf('monitoring', 13)).toEqual(new Set(['monitoring:13']));
  expect(new Set(scriptKeys(partitionKeys('a', 0))).size).toBe(5);
});

test('a pattern takes the name of an agent literally', () => {
  expect(agentPattern('a*b?[c]')).toBe(String.raw`muster:{a\*b\?\[c\]:*}:*`);
});
