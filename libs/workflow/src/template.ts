/** Texts with `${...}` in them, whose inside is CEL. */
import { conditionCompiler, expressionCompiler, type Condition, type Expression } from '@muster/policy';

/** Which names an expression may use, by where it stands. */
const scopes = {
  step: ['input', 'steps', 'run'],
  item: ['input', 'steps', 'run', 'item', 'index'],
  undo: ['input', 'steps', 'run', 'item', 'index', 'output'],
  result: ['input', 'steps', 'run', 'output'],
  answer: ['answer', 'agent'],
  nothing: [],
} as const;
export type Scope = keyof typeof scopes;
export type Facts = Readonly<Record<string, unknown>>;

const variables = (scope: Scope): Record<string, string> =>
  Object.fromEntries(scopes[scope].map((name) => [name, 'dyn']));
const compilers = new Map(
  (Object.keys(scopes) as Scope[]).map((scope) => [
    scope,
    { expression: expressionCompiler(variables(scope)), condition: conditionCompiler(variables(scope)) },
  ]),
);

// Playbooks are few and their expressions short; what was compiled is kept, the oldest is forgotten first.
const mostKept = 5_000;
function kept<T>(make: (scope: Scope, source: string) => T): (scope: Scope, source: string) => T {
  const known = new Map<string, T>();
  return (scope, source) => {
    const key = `${scope} ${source}`;
    let value = known.get(key);
    if (value !== undefined) return value;
    value = make(scope, source);
    if (known.size >= mostKept) known.delete(known.keys().next().value ?? '');
    known.set(key, value);
    return value;
  };
}

/** Throws a ConditionError when it can't be compiled. */
export const expressionOf = kept((scope, source): Expression => compilerOf(scope).expression(source));
/** Throws a ConditionError when it can't be compiled. */
export const conditionOf = kept((scope, source): Condition => compilerOf(scope).condition(source));

function compilerOf(scope: Scope): NonNullable<ReturnType<typeof compilers.get>> {
  const compiler = compilers.get(scope);
  if (compiler === undefined) throw new Error(`no scope ${scope}`);
  return compiler;
}

type Piece = { readonly text: string } | { readonly expression: string };

/** Takes a text apart. Throws an Error when a `${` is never closed. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (let open = text.indexOf('${'); open >= 0; open = text.indexOf('${', at)) {
    if (open > at) pieces.push({ text: text.slice(at, open) });
    const close = closing(text, open + 2);
    pieces.push({ expression: text.slice(open + 2, close).trim() });
    at = close + 1;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}

function closing(text: string, from: number): number {
  let depth = 0;
  let quote = '';
  for (let at = from; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (quote !== '') {
      if (letter === '\\') at += 1;
      else if (letter === quote) quote = '';
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === '{') depth += 1;
    else if (letter === '}' && depth === 0) return at;
    else if (letter === '}') depth -= 1;
  }
  throw new Error(`\`${text.slice(0, 60)}\` has a \${ that is not closed by }`);
}

/**
 * A value with every `${...}` in it replaced: a text that is nothing but one expression becomes its value, in other texts the value is
 * written out. Throws a ConditionError or Error with a sentence.
 */
export function filled(value: unknown, scope: Scope, facts: Facts): unknown {
  if (typeof value === 'string') return value.includes('${') ? filledText(value, scope, facts) : value;
  if (Array.isArray(value)) return value.map((each) => filled(each, scope, facts));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each, scope, facts)]));
}

function filledText(text: string, scope: Scope, facts: Facts): unknown {
  const pieces = piecesOf(text);
  const values = pieces.map((piece) =>
    'text' in piece ? piece.text : expressionOf(scope, piece.expression).valueOf(facts),
  );
  if (pieces.length === 1) return values[0];
  return values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join('');
}

/** Every expression in a value, with the path to the text it stands in. */
export function* expressionsIn(
  value: unknown,
  path: readonly (string | number)[],
): Generator<{ readonly source: string; readonly path: readonly (string | number)[] }> {
  if (typeof value === 'string') {
    if (!value.includes('${')) return;
    for (const piece of piecesOf(value)) if ('expression' in piece) yield { source: piece.expression, path };
  } else if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) yield* expressionsIn(each, [...path, index]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value)) yield* expressionsIn(each, [...path, key]);
  }
}

/** The expressions in a value. */
export function sourcesIn(value: unknown): string[] {
  return [...expressionsIn(value, [])].map(({ source }) => source);
}

/** Names behind `steps.` or `input.` in an expression. */
export function namesBehind(root: 'steps' | 'input', source: string): string[] {
  const bare = source.replaceAll(/(["'])(?:\\.|(?!\1).)*\1/g, (text, _, at: number) =>
    source.charAt(at - 1) === '[' ? text : '""',
  );
  const pattern = new RegExp(`(?<![\\w.])${root}\\s*(?:\\.\\s*([A-Za-z_]\\w*)|\\[\\s*["']([^"']*)["']\\s*\\])`, 'g');
  return [...new Set([...bare.matchAll(pattern)].map(([, field, key]) => field ?? key ?? ''))];
}
