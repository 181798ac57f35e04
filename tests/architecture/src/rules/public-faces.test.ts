import { describe, expect, it } from 'vitest';
import { planted } from '../planted.ts';
import { namedExports, noDeepImports, oneIndex } from './public-faces.ts';

const packages = { 'libs/bus': {}, 'libs/agent': {} };

describe('an import', () => {
  it.each([
    ['@muster/bus/src/log.ts', 'import @muster/bus'],
    ['../../bus/src/log.ts', 'belongs to another package'],
    ['../../../vitest.config.ts', 'belongs to another package'],
  ])('of %s is refused', (imported, reason) => {
    const repository = planted({ 'libs/agent/src/a.ts': `import '${imported}';` }, packages);
    expect(noDeepImports(repository)).toEqual([expect.stringContaining(reason)]);
  });

  it.each(['@muster/bus', './b.ts', '../test/b.ts', 'express'])('of %s is fine', (imported) => {
    expect(noDeepImports(planted({ 'libs/agent/src/a.ts': `import '${imported}';` }, packages))).toEqual([]);
  });
});

describe('an index', () => {
  const indexes = { 'libs/bus/src/index.ts': '', 'libs/agent/src/index.ts': '', 'src/index.ts': '' };

  it('stands once in a package', () => {
    expect(oneIndex(planted(indexes, packages))).toEqual([]);
    expect(oneIndex(planted({ ...indexes, 'libs/bus/src/memory/index.ts': '' }, packages))).toEqual([
      expect.stringContaining('libs/bus/src/memory/index.ts is a second index'),
    ]);
  });

  it('exists where it is named', () => {
    expect(oneIndex(planted({ ...indexes, 'libs/cli/src/main.ts': '' }, { ...packages, 'libs/cli': {} }))).toEqual([
      'libs/cli/package.json names libs/cli/src/index.ts, which does not exist',
    ]);
  });
});

describe('an export', () => {
  const exporting = (text: string, path = 'libs/bus/src/index.ts') => namedExports(planted({ [path]: text }));

  it('has a name', () => {
    expect(exporting('export default 1;')).toEqual(['libs/bus/src/index.ts has a default export: give it a name']);
    expect(exporting("export * from 'zod';")).toEqual([expect.stringContaining('exports * from zod')]);
    expect(exporting("export type * from './log.ts'; export { z } from 'zod';")).toEqual([]);
  });

  it('may be the default where a tool asks for it', () => {
    expect(exporting('export default {};', 'vitest.config.ts')).toEqual([]);
  });
});
