import { isTest, isWorkspace, packageNamed, packageOf, productionOf, type Repository } from '../repository.ts';

/** Test tools that the testkit may use beside the tests themselves. */
const testTools = new Set(['vitest']);

/** Shapes are a vocabulary, not a service behind a seam: a playbook's form and an action's input are written in the same. */
const vocabulary = new Set(['zod']);

/** Every vendor package is imported by one package only, so that it can be replaced there. Tests, tools and vocabulary don't count. */
export function vendors(repository: Repository): string[] {
  const importers = new Map<string, Map<string, string>>();
  for (const owner of repository.packages) {
    for (const { path, imports } of productionOf(repository, owner)) {
      if (isTest(path) || packageOf(repository, path) !== owner) continue;
      for (const vendor of imports.map(packageNamed)) {
        if (vendor === undefined || isWorkspace(vendor)) continue;
        if (testTools.has(vendor) || vocabulary.has(vendor)) continue;
        const known = importers.get(vendor) ?? new Map<string, string>();
        importers.set(vendor, known.set(owner.name, known.get(owner.name) ?? path));
      }
    }
  }
  return [...importers]
    .filter(([, { size }]) => size > 1)
    .map(
      ([vendor, places]) => `${[...places.values()].join(' and ')} import ${vendor}: keep it behind one package's face`,
    );
}
