import { Environment } from '@marcbachmann/cel-js';
import { costOf } from './expression-cost.ts';
import { didYouMean } from './nearest.ts';

/** Fields of a variable whose shape is known: CEL types, or fields again. Asking for a field it does not have is refused when compiled. */
export interface FieldTypes {
  readonly [field: string]: string | FieldTypes;
}

/** CEL types by variable name, e.g. `{ value: 'double', labels: 'map<string, string>', change: { class: 'string' } }`. */
export type ConditionVariables = Readonly<Record<string, string | FieldTypes>>;

/** A CEL expression that was parsed and type-checked. */
export interface Expression {
  readonly source: string;
  /** Its CEL type, e.g. `bool` or `list<string>`; `dyn` where only its facts tell. */
  readonly type: string;
  /** What it yields, in values of JSON. Throws a {@link ConditionError} when the facts do not carry what it asks for. */
  valueOf(facts: Readonly<Record<string, unknown>>): unknown;
}

/** What is wrong with an expression, in one sentence; `source` is the expression. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError';
  readonly faultClass = 'permanent';
  readonly source: string;
  constructor(message: string, source: string) {
    super(message);
    this.source = source;
  }
}

const maxLength = 4_096;
const limits = { maxAstNodes: 1_000, maxDepth: 50, maxListElements: 500, maxMapEntries: 100, maxCallArguments: 16 };

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

/**
 * Makes a function that compiles CEL expressions over the given variables. Compiling throws a {@link ConditionError} that says what is wrong
 * and where: syntax, an unknown variable or field with the nearest one there is, operands that don't fit, more work than is allowed.
 * `noun` is what the error calls the expression.
 */
export function expressionCompiler(variables: ConditionVariables, noun = 'expression'): (source: string) => Expression {
  const environment = new Environment({
    unlistedVariablesAreDyn: false,
    homogeneousAggregateLiterals: false,
    limits,
  });
  for (const [name, type] of Object.entries(variables)) {
    if (typeof type === 'string') environment.registerVariable(name, type);
    else environment.registerVariable({ name, schema: type });
  }
  // Numbers out of JSON are doubles to CEL: who writes `count + 1` means it, and not `count + 1.0`.
  for (const [symbol, apply] of Object.entries(arithmetic)) {
    environment.registerOperator(`double ${symbol} int`, (a: number, b: bigint) => apply(a, Number(b)));
    environment.registerOperator(`int ${symbol} double`, (a: bigint, b: number) => apply(Number(a), b));
  }

  return (source) => {
    const fail = (reason: string): never => {
      throw new ConditionError(`${noun} \`${shorten(source)}\`: ${reason}`, source);
    };
    if (source.trim() === '') fail('is empty; write an expression that is true or false');
    if (source.length > maxLength) fail(`is ${source.length} characters long (limit ${maxLength})`);
    let program: ReturnType<Environment['parse']>;
    try {
      program = environment.parse(source);
    } catch (error) {
      return fail(`does not parse: ${firstLine(error)}${placeOf(error, source)}`);
    }
    const tooDear = costOf(program.ast, source);
    if (tooDear !== undefined) fail(tooDear);
    const checked = program.check();
    if (!checked.valid) fail(`${firstLine(checked.error)}${hintOf(checked.error, source, variables)}`);
    return {
      source,
      type: String(checked.type),
      valueOf(facts) {
        try {
          return plain(program(facts));
        } catch (error) {
          return fail(`can't be applied: ${firstLine(error)}`);
        }
      },
    };
  };
}

/** Where in the source, for sources of several lines or of some length. */
function placeOf(error: unknown, source: string): string {
  const start = rangeOf(error)?.start;
  if (start === undefined || (source.length < 40 && !source.includes('\n'))) return '';
  const before = source.slice(0, start).split('\n');
  return ` (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
}

function hintOf(error: unknown, source: string, variables: ConditionVariables): string {
  const range = rangeOf(error);
  const name = range === undefined ? '' : source.slice(range.start, range.end);
  const { code } = error as { code?: string };
  const place = placeOf(error, source);
  if (code === 'unknown_variable') {
    const known = Object.keys(variables);
    const root = /^[A-Za-z_]\w*/.exec(name)?.[0] ?? name;
    return `; it may use ${known.join(', ')}${didYouMean(root, known)}${place}`;
  }
  if (code !== 'no_such_key' || range === undefined) return place;
  const [, path] = /([A-Za-z_][\w.]*)\.\s*$/.exec(source.slice(0, range.start)) ?? [];
  const fields = path
    ?.split('.')
    .reduce<string | FieldTypes | undefined>(
      (shape, field) => (typeof shape === 'object' ? shape[field] : undefined),
      variables,
    );
  if (typeof fields !== 'object') return place;
  const known = Object.keys(fields);
  return `; ${path} has ${known.join(', ')}${didYouMean(name, known)}${place}`;
}

function rangeOf(error: unknown): { readonly start: number; readonly end: number } | undefined {
  return (error as { range?: { start: number; end: number } }).range;
}

/** CEL's whole numbers are bigints here, its maps may be Maps, its times Dates: as JSON has them. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(entries.map(([key, inner]) => [String(key), plain(inner)]));
}

function shorten(source: string): string {
  return source.length > 120 ? `${source.slice(0, 117)}...` : source;
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] ?? text;
}
