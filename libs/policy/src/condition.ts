import { Environment } from '@marcbachmann/cel-js';

/** CEL types by variable name, e.g. `{ value: 'double', labels: 'map<string, string>', target: 'dyn' }`. */
export type ConditionVariables = Readonly<Record<string, string>>;

/** A CEL expression that was parsed and type-checked and yields a boolean. */
export interface Condition {
  readonly source: string;
  /** Throws a {@link ConditionError} when the facts do not carry what the expression asks for. */
  holds(facts: Readonly<Record<string, unknown>>): boolean;
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

/**
 * Makes a function that compiles conditions over the given variables. Compiling throws a {@link ConditionError} that says
 * what is wrong and where: syntax, an unknown variable, operands that don't fit, a result that is not a boolean.
 *
 * CEL promises regular expressions in linear time (RE2); the engine below runs them on JavaScript's backtracking one, so a
 * repeated group, the shape that can run for ever, is refused.
 */
export function conditionCompiler(variables: ConditionVariables): (source: string) => Condition {
  const environment = new Environment({ unlistedVariablesAreDyn: false, limits });
  for (const [name, type] of Object.entries(variables)) environment.registerVariable(name, type);
  const known = Object.keys(variables).join(', ');

  return (source) => {
    const fail = (reason: string): never => {
      throw new ConditionError(`condition \`${shorten(source)}\`: ${reason}`, source);
    };
    if (source.trim() === '') fail('is empty; write an expression that is true or false');
    if (source.length > maxLength) fail(`is ${source.length} characters long (limit ${maxLength})`);
    if (/\bmatches\s*\(/.test(source) && /\)\s*[*+{]/.test(source))
      fail('repeats a group in a regular expression, which may never end; use a simpler pattern');
    let program: ReturnType<Environment['parse']>;
    try {
      program = environment.parse(source);
    } catch (error) {
      return fail(`does not parse: ${firstLine(error)}`);
    }
    const checked = program.check();
    if (!checked.valid) {
      const reason = firstLine(checked.error);
      fail(reason.startsWith('Unknown variable') ? `${reason}; it may use ${known}` : reason);
    }
    if (checked.type !== 'bool' && checked.type !== 'dyn')
      fail(`yields ${String(checked.type)}, but must be true or false`);
    return {
      source,
      holds(facts) {
        let result: unknown;
        try {
          result = program(facts);
        } catch (error) {
          return fail(`can't be applied: ${firstLine(error)}`);
        }
        return typeof result === 'boolean' ? result : fail(`yields ${typeof result}, but must be true or false`);
      },
    };
  };
}

function shorten(source: string): string {
  return source.length > 120 ? `${source.slice(0, 117)}...` : source;
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] ?? text;
}
