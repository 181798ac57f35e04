import { describe, expect, it } from 'vitest';
import { planted } from '../planted.ts';
import { fileLength, fileNames } from './file-names.ts';

describe('a name', () => {
  it.each(['libs/bus/src/utils.ts', 'libs/bus/src/helpers/key.ts', 'libs/bus/src/types.test.ts', 'infra/common/a.mjs'])(
    'that says nothing is refused: %s',
    (path) => {
      expect(fileNames(planted({ [path]: '' }))).toEqual([expect.stringContaining('says nothing')]);
    },
  );

  it.each(['libs/bus/src/memoryLog.ts', 'libs/bus/src/Log.ts', 'libs/bus/src/memory_log.ts'])(
    'is lower case with hyphens: %s',
    (path) => {
      expect(fileNames(planted({ [path]: '' }))).toEqual([expect.stringContaining('lower case with hyphens')]);
    },
  );

  it.each([
    'libs/bus/src/memory-log.test.ts',
    'libs/bus/test/a.integration.test.ts',
    'vitest.config.ts',
    'infra/setup.mjs',
  ])('is fine: %s', (path) => {
    expect(fileNames(planted({ [path]: '' }))).toEqual([]);
  });
});

describe('a file', () => {
  const lines = (count: number) => 'export {};\n'.repeat(count);

  it('has 300 lines at the most', () => {
    expect(fileLength(planted({ 'libs/bus/src/a.ts': lines(300) }))).toEqual([]);
    expect(fileLength(planted({ 'libs/bus/src/a.ts': lines(301) }))).toEqual([
      'libs/bus/src/a.ts has 301 lines (limit 300): split it by concept',
    ]);
  });

  it('may be longer when it is a test or generated', () => {
    expect(
      fileLength(planted({ 'libs/bus/src/a.test.ts': lines(301), 'schemas/src/generated/a.ts': lines(301) })),
    ).toEqual([]);
  });
});
