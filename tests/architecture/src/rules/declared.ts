import { posix } from 'node:path';
import {
  isTest,
  isWorkspace,
  packageNamed,
  packageOf,
  productionOf,
  type Package,
  type Repository,
} from '../repository.ts';
import type { SourceFile } from '../source-file.ts';

/** What a package imports stands in its package.json; what production needs, under `dependencies`. Programs in docs are a reader's own. */
export function importsAreDeclared(repository: Repository): string[] {
  const root = repository.packages.find(({ folder }) => folder === '');
  return repository.packages.flatMap((owner) => {
    const production = new Set(productionOf(repository, owner));
    const file = posix.join(owner.folder, 'package.json');
    // What is missing is said once, for the first file that needs it.
    const missing = new Map<string, string>();
    for (const source of repository.sources) {
      const { path } = source;
      if (packageOf(repository, path) !== owner || path.startsWith('docs/')) continue;
      const isProduction = production.has(source) && !isTest(path);
      const section = isProduction ? 'dependencies' : 'dependencies or devDependencies';
      for (const name of namesOf(source)) {
        if (name === owner.name || missing.has(name) || isDeclared(name, owner, root, isProduction)) continue;
        missing.set(name, `${path} imports ${name}: add it to the ${section} of ${file}`);
      }
    }
    return [...missing.values()];
  });
}

const namesOf = ({ imports }: SourceFile): string[] => imports.map(packageNamed).filter((name) => name !== undefined);

function isDeclared(name: string, owner: Package, root: Package | undefined, isProduction: boolean): boolean {
  if (Object.hasOwn(owner.dependencies, name)) return true;
  if (isProduction) return false;
  // Tools of the whole repository, such as the test runner, stand in the root's package.json.
  return Object.hasOwn(owner.devDependencies, name) || Object.hasOwn(root?.devDependencies ?? {}, name);
}

/** A version is exact, and of a package of this repository the one that it has. */
export function versionsAreExact({ packages, texts }: Repository): string[] {
  const versions = new Map(
    packages.map(({ name, folder }) => [
      name,
      JSON.parse(texts.get(posix.join(folder, 'package.json')) ?? '{}').version,
    ]),
  );
  return packages.flatMap(({ folder, dependencies, devDependencies }) =>
    Object.entries({ ...devDependencies, ...dependencies }).flatMap(([name, version]) => {
      const file = posix.join(folder, 'package.json');
      if (isWorkspace(name) && version !== versions.get(name))
        return [`${file} asks for ${name} ${version}: write ${versions.get(name) ?? 'a package that there is'}`];
      return /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)
        ? []
        : [`${file} asks for ${name} ${version}: write one exact version`];
    }),
  );
}
