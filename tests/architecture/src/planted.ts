import { repositoryOf, type Repository } from './repository.ts';

type PackageJson = Readonly<Record<string, unknown>>;

/** A small repository to try a rule on: texts by path, packages by folder (`@muster/<last part>` unless it has a name). */
export function planted(
  texts: Readonly<Record<string, string>>,
  packages: Readonly<Record<string, PackageJson>> = {},
): Repository {
  const all: Readonly<Record<string, PackageJson>> = { '': { name: 'muster' }, ...packages };
  const json = Object.entries(all).map(([folder, contents]) => {
    const ours = { name: `@muster/${folder.split('/').at(-1)}`, exports: './src/index.ts' };
    const path = folder === '' ? 'package.json' : `${folder}/package.json`;
    return [path, JSON.stringify({ ...ours, ...contents })] as const;
  });
  return repositoryOf(new Map([...json, ...Object.entries(texts)]));
}
