import type { Repository } from '../repository.ts';

const skipped = /^(it|test|describe|suite|bench|context|ctx)\.(.*\.)?(skip|only|todo|fails|skipIf|runIf)$/;
const disabled = ['xit', 'xtest', 'xdescribe', 'fit', 'fdescribe'];

/** A test that does not run, or keeps others from running, tells nothing. */
export function skippedTests({ sources }: Repository): string[] {
  return sources
    .filter(({ path }) => /\.test\.|(^|\/)test(s)?\//.test(path))
    .flatMap(({ path, paths, names }) =>
      [...[...paths].filter((name) => skipped.test(name)), ...disabled.filter((name) => names.has(name))].map(
        (name) => `${path} has ${name}: let it run, or take it out`,
      ),
    );
}
