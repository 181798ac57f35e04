import { posix } from 'node:path';
import { fileMeant, isWorkspace, packageNamed, packageOf, type Repository } from '../repository.ts';

/** Packages know each other by their public face alone. */
export function noDeepImports(repository: Repository): string[] {
  return repository.sources.flatMap(({ path, imports }) =>
    imports.flatMap((imported) => {
      const name = packageNamed(imported);
      if (name !== undefined && isWorkspace(name) && name !== imported)
        return [`${path} imports ${imported}: import ${name}, and export there what is missing`];
      const file = fileMeant(path, imported);
      if (file === undefined || packageOf(repository, file) === packageOf(repository, path)) return [];
      return [`${path} imports ${imported}, which belongs to another package: import that by its name`];
    }),
  );
}

/** A package has one index.ts, src/index.ts, and its `exports` name that. */
export function oneIndex({ packages, texts }: Repository): string[] {
  const indexes = [...texts.keys()].filter((path) => /^index\.[a-z]+$/.test(posix.basename(path)));
  const faces = new Set(packages.map(({ folder }) => posix.join(folder, 'src/index.ts')));
  return [
    ...indexes
      .filter((path) => !faces.has(path) && !path.endsWith('.html'))
      .map((path) => `${path} is a second index: a package has one, src/index.ts; name this file after what it holds`),
    ...packages.flatMap(({ entries, folder }) =>
      entries
        .filter((entry) => !texts.has(entry))
        .map((entry) => `${posix.join(folder, 'package.json')} names ${entry}, which does not exist`),
    ),
  ];
}

const isConfig = (path: string): boolean => /\.config\.(ts|mjs|js)$/.test(path);

/** What is exported has a name that is said where it is exported. */
export function namedExports({ sources }: Repository): string[] {
  return sources.flatMap(({ path, exports }) =>
    exports.flatMap((name) => {
      if (name === 'default' && !isConfig(path)) return [`${path} has a default export: give it a name`];
      if (name.startsWith('* from ') && !name.startsWith('* from .'))
        return [`${path} exports ${name}: list the names of another package that you hand on`];
      return [];
    }),
  );
}
