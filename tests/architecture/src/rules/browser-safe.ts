import { builtinModules } from 'node:module';
import { packageNamed, productionOf, type Repository } from '../repository.ts';

/** Packages that run in a browser too. */
const browserSafe = ['@muster/schemas', '@muster/resilience', '@muster/analysis', '@muster/policy'];
const nodeGlobals = ['Buffer', 'process', 'global', 'setImmediate', '__dirname', '__filename', 'require'];
const nodeModules = new Set(builtinModules);

/** What the public face of a browser-safe package reaches needs nothing that only Node has. */
export function browserSafety(repository: Repository): string[] {
  return repository.packages
    .filter(({ name }) => browserSafe.includes(name))
    .flatMap((owner) => productionOf(repository, owner))
    .flatMap(({ path, imports, names }) => [
      ...imports.filter(isNodes).map((module) => `${path} imports ${module}, and its package must run in a browser`),
      ...nodeGlobals
        .filter((name) => names.has(name))
        .map((name) => `${path} uses ${name}, and its package must run in a browser`),
    ]);
}

const isNodes = (imported: string): boolean =>
  imported.startsWith('node:') || nodeModules.has(packageNamed(imported) ?? '');
