import { ConditionError, expressionCompiler, type ConditionVariables } from './expression.ts';

/** A CEL expression that was parsed and type-checked and yields a boolean. */
export interface Condition {
  readonly source: string;
  /** Throws a {@link ConditionError} when the facts do not carry what the expression asks for. */
  holds(facts: Readonly<Record<string, unknown>>): boolean;
}

/** Like {@link expressionCompiler}, for expressions that are true or false: any other is refused. */
export function conditionCompiler(variables: ConditionVariables): (source: string) => Condition {
  const compile = expressionCompiler(variables, 'condition');
  return (source) => {
    const { type, valueOf } = compile(source);
    const fail = (found: string): never => {
      const short = source.length > 120 ? `${source.slice(0, 117)}...` : source;
      throw new ConditionError(`condition \`${short}\`: yields ${found}, but must be true or false`, source);
    };
    if (type !== 'bool' && type !== 'dyn') fail(type);
    return {
      source,
      holds(facts) {
        const result = valueOf(facts);
        return typeof result === 'boolean' ? result : fail(typeof result);
      },
    };
  };
}
