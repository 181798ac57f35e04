import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { sourceFile, type SourceFile } from './source-file.ts';

/** One workspace package, the root's included. */
export interface Package {
  readonly name: string;
  /** Folder from the root of the repository; empty for the root itself. */
  readonly folder: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  /** What its `exports` and `bin` name, from the root of the repository. */
  readonly entries: readonly string[];
}

/** The repository as the rules see it: texts by path, and what was read from them. */
export interface Repository {
  readonly texts: ReadonlyMap<string, string>;
  readonly sources: readonly SourceFile[];
  readonly packages: readonly Package[];
}

/** A rule says what breaks it: a sentence each, beginning with the file. */
export type Rule = (repository: Repository) => readonly string[];

const ignoredFolders = new Set(['node_modules', '.git', '.nx', '.muster', 'coverage', 'dist']);
const textFile = /(^|\/)[^.]+$|\.(ts|tsx|mjs|cjs|js|json|avsc|md|ya?ml|xml|sh|css|html|properties|conf|sql)$/;

/** Reads every text of the repository under `root`. */
export function readRepository(root: string): Repository {
  const texts = new Map<string, string>();
  const read = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory() && !ignoredFolders.has(entry.name)) read(path);
      if (entry.isFile() && textFile.test(path)) texts.set(path, readFileSync(join(root, path), 'utf8'));
    }
  };
  read('');
  return repositoryOf(texts);
}

/** The repository that these texts make. */
export function repositoryOf(texts: ReadonlyMap<string, string>): Repository {
  const paths = [...texts.keys()].sort();
  return {
    texts,
    sources: paths
      .filter((path) => /\.(ts|tsx|mjs|cjs|js)$/.test(path))
      .map((path) => sourceFile(path, texts.get(path) ?? '')),
    packages: paths
      .filter((path) => posix.basename(path) === 'package.json')
      .map((path) => packageAt(path, texts.get(path) ?? '{}')),
  };
}

function packageAt(path: string, json: string): Package {
  const { name, exports, bin, dependencies = {}, devDependencies = {}, optionalDependencies = {} } = JSON.parse(json);
  const folder = posix.join(dirname(path), '.').replace(/^\.$/, '');
  const entries = [...leavesOf(exports), ...leavesOf(bin)].map((entry) => posix.join(folder, entry));
  return { name, folder, dependencies: { ...optionalDependencies, ...dependencies }, devDependencies, entries };
}

function leavesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}

/** The package that a file belongs to: the innermost. */
export function packageOf({ packages }: Repository, path: string): Package {
  const around = packages.filter(({ folder }) => folder === '' || path.startsWith(`${folder}/`));
  const innermost = around.toSorted((a, b) => b.folder.length - a.folder.length)[0];
  if (innermost === undefined) throw new Error(`${path} is in no package: give the root a package.json`);
  return innermost;
}

/** Files that only a test run executes. */
export function isTest(path: string): boolean {
  return /\.test\.(ts|tsx|mjs)$/.test(path) || /(^|\/)(test|tests)\//.test(path);
}

/** The file that a relative import means; `undefined` for any other import. */
export function fileMeant(importer: string, imported: string): string | undefined {
  return /^\.\.?(\/|$)/.test(imported) ? posix.join(dirname(importer), imported) : undefined;
}

/** The package that an import names, e.g. `vitest` for `vitest/config`; `undefined` for a file and for Node's own modules. */
export function packageNamed(imported: string): string | undefined {
  if (imported.startsWith('.') || imported.startsWith('node:')) return undefined;
  return imported.split('/', imported.startsWith('@') ? 2 : 1).join('/');
}

export const isWorkspace = (packageName: string): boolean => packageName.startsWith('@muster/');

/** What runs in production: what a package's public face or a `main.ts` of it reaches by imports of files. */
export function productionOf(repository: Repository, owner: Package): readonly SourceFile[] {
  const byPath = new Map(repository.sources.map((source) => [source.path, source]));
  const reached = new Set<SourceFile>();
  const reach = (path: string): void => {
    const source = byPath.get(path);
    if (source === undefined || reached.has(source)) return;
    reached.add(source);
    for (const imported of source.imports) reach(fileMeant(path, imported) ?? '');
  };
  for (const entry of owner.entries) reach(entry);
  for (const path of byPath.keys())
    if (posix.basename(path) === 'main.ts' && packageOf(repository, path) === owner) reach(path);
  return [...reached];
}
