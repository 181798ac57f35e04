import { isTest, isWorkspace, packageNamed, packageOf, type Repository } from '../repository.ts';

/** A package imports only from its left. */
const order = [
  'schemas',
  'resilience',
  'analysis',
  'policy',
  'workflow',
  'jobs',
  'postgres',
  'targets',
  'containment',
  'ingest',
  'bus',
  'state',
  'agent',
  'client',
  'local-stack',
  'cli',
  'testkit',
];
const forTestsOnly = 'testkit';
const forToolsOnly = ['local-stack', 'cli', forTestsOnly];

/** Packages keep to their order, services never import each other, and only tests import the testkit. */
export function packageOrder(repository: Repository): string[] {
  return repository.sources.flatMap(({ path, imports }) => {
    const importer = packageOf(repository, path);
    return imports
      .map(packageNamed)
      .filter((name) => name !== undefined)
      .filter((name) => isWorkspace(name) && name !== importer.name)
      .flatMap((name) => {
        const imported = name.slice('@muster/'.length);
        const reason = refusal(path, importer.name.slice('@muster/'.length), imported);
        return reason === undefined ? [] : [`${path} imports ${name}: ${reason}`];
      });
  });
}

function refusal(path: string, importer: string, imported: string): string | undefined {
  if (path.startsWith('tests/')) return undefined;
  if (imported === forTestsOnly) return isTest(path) ? undefined : 'only tests may';
  if (path.startsWith('infra/') && !order.includes(importer)) return undefined;
  if (!order.includes(imported))
    return 'a service and a tool belong to nobody else; talk over a topic, or move it to libs';
  if (order.includes(importer))
    return order.indexOf(imported) < order.indexOf(importer)
      ? undefined
      : `a package imports only from its left in ${order.join(', ')}`;
  return forToolsOnly.includes(imported) ? 'it is for tools, not for what runs in production' : undefined;
}
