import { describe, expect, it } from 'vitest';
import { planted } from '../planted.ts';
import { importsAreDeclared, versionsAreExact } from './declared.ts';

describe('an import', () => {
  const importing = (path: string, name: string, json: Record<string, unknown>) =>
    importsAreDeclared(
      planted(
        { 'libs/bus/src/index.ts': "export * from './a.ts';", [path]: `import '${name}';` },
        { '': { name: 'muster', devDependencies: { vitest: '5.1.0' } }, 'libs/bus': json },
      ),
    );

  it('is declared in the package that it stands in', () => {
    expect(importing('libs/bus/src/a.ts', 'avsc', {})).toEqual([
      'libs/bus/src/a.ts imports avsc: add it to the dependencies of libs/bus/package.json',
    ]);
    expect(importing('libs/bus/src/a.ts', '@muster/schemas', {})).toHaveLength(1);
    expect(importing('libs/bus/src/a.ts', 'avsc/types', { dependencies: { avsc: '5.7.9' } })).toEqual([]);
    expect(importing('libs/bus/src/a.ts', 'node:fs', {})).toEqual([]);
  });

  it('of production is not a dependency of development', () => {
    const json = { devDependencies: { avsc: '5.7.9' } };
    expect(importing('libs/bus/src/a.ts', 'avsc', json)).toHaveLength(1);
    expect(importing('libs/bus/src/a.test.ts', 'avsc', json)).toEqual([]);
    expect(importing('libs/bus/src/tool.ts', 'avsc', json)).toEqual([]);
  });

  it('of a tool may be declared at the root', () => {
    expect(importing('libs/bus/src/a.test.ts', 'vitest', {})).toEqual([]);
    expect(importing('libs/bus/src/a.ts', 'vitest', {})).toHaveLength(1);
  });
});

describe('a version', () => {
  const asking = (name: string, version: string) =>
    versionsAreExact(
      planted(
        {},
        { 'libs/bus': { version: '0.1.0' }, 'libs/agent': { version: '0.1.0', dependencies: { [name]: version } } },
      ),
    );

  it('is exact', () => {
    expect(asking('zod', '^4.6.7')).toEqual(['libs/agent/package.json asks for zod ^4.6.7: write one exact version']);
    expect(asking('zod', '4.6.7')).toEqual([]);
  });

  it('of our own packages is the one they have', () => {
    expect(asking('@muster/bus', '0.0.9')).toEqual(['libs/agent/package.json asks for @muster/bus 0.0.9: write 0.1.0']);
    expect(asking('@muster/gone', '0.1.0')).toHaveLength(1);
    expect(asking('@muster/bus', '0.1.0')).toEqual([]);
  });
});
