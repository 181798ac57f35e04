import { parseSync } from 'oxc-parser';

/** What the rules ask about one source file. */
export interface SourceFile {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly lines: number;
  /** What it imports or exports from elsewhere, types included, as it is written there. */
  readonly imports: readonly string[];
  /** Names it exports; `default`, and `* from <module>` where the names are not listed. */
  readonly exports: readonly string[];
  /** Names that stand alone, not behind a dot: variables, types, globals. */
  readonly names: ReadonlySet<string>;
  /** Names with dots, e.g. `process.env` and `it.each`. */
  readonly paths: ReadonlySet<string>;
}

/** Reads TypeScript or JavaScript. Throws an Error that names the file when it does not parse. */
export function sourceFile(path: string, text: string): SourceFile {
  const { program, module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const imports = new Set<string>();
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const node of nodesOf(program as unknown as Node)) {
    const imported = importedBy(node);
    if (imported !== undefined) imports.add(imported);
    if (node.type === 'Identifier') names.add(String(node['name']));
    const dotted = node.type === 'MemberExpression' ? pathOf(node) : undefined;
    if (dotted !== undefined) paths.add(dotted);
  }
  const exports = module.staticExports.flatMap(({ entries }) =>
    entries.map(({ exportName, moduleRequest }) => {
      const kind: string = exportName.kind;
      if (kind === 'Default') return 'default';
      return exportName.name ?? `* from ${moduleRequest?.value}`;
    }),
  );
  return { path, lines: text.split('\n').length - 1, imports: [...imports], exports, names, paths };
}

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

/** A node and all below it, without the names behind dots and of fields, which belong to what is before them. */
function* nodesOf(node: Node): Generator<Node> {
  yield node;
  for (const [field, value] of Object.entries(node)) {
    if ((field === 'property' || field === 'key') && node['computed'] === false) continue;
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* nodesOf(child);
  }
}

function pathOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Identifier') return String(node['name']);
  if (node.type !== 'MemberExpression' || node['computed'] === true || !isNode(node['property'])) return undefined;
  const before = pathOf(node['object']);
  return before === undefined ? undefined : `${before}.${String(node['property']['name'])}`;
}

/** `import`, `export ... from`, `import()`, `import('x').T`, `require('x')`, `new URL('./x', import.meta.url)`. */
function importedBy(node: Node): string | undefined {
  const [argument] = Array.isArray(node['arguments']) ? node['arguments'] : [];
  if (node.type === 'CallExpression' && pathOf(node['callee']) === 'require') return textOf(argument);
  if (node.type === 'NewExpression' && pathOf(node['callee']) === 'URL') {
    const text = textOf(argument);
    return text !== undefined && /^\.\.?\/.*\.[a-z]+$/.test(text) ? text : undefined;
  }
  const isImport = /^(Import(Declaration|Expression)|Export(Named|All)Declaration|TSImportType)$/.test(node.type);
  return isImport ? textOf(node['source']) : undefined;
}

function textOf(node: unknown): string | undefined {
  const value = isNode(node) && node.type === 'Literal' ? node['value'] : undefined;
  return typeof value === 'string' ? value : undefined;
}
