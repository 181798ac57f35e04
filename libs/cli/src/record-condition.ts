/** `--where`: a CEL condition over a record's fields. */
import { conditionCompiler, ConditionError } from '@muster/policy';
import { schemaOf, topicFor } from '@muster/schemas';
import { misuse } from './failure.ts';

type Schema = string | readonly Schema[] | { readonly type: Schema; readonly values?: Schema };
interface Field {
  readonly name: string;
  readonly type: Schema;
}

const CEL_TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  enum: 'string',
  boolean: 'bool',
  // Numbers arrive as JavaScript's, which are doubles.
  int: 'double',
  long: 'double',
  float: 'double',
  double: 'double',
};

/** Field names and CEL types of a topic's record. */
export function conditionVariables(topic: string): Record<string, string> {
  const { fields } = schemaOf(topicFor(topic).record) as { fields: readonly Field[] };
  return Object.fromEntries(fields.map(({ name, type }) => [name, celType(type)]));
}

function celType(schema: Schema): string {
  if (typeof schema === 'string') return CEL_TYPES[schema] ?? 'dyn';
  if (!('type' in schema)) return 'dyn';
  if (schema.type === 'map' && schema.values === 'string') return 'map<string, string>';
  return typeof schema.type === 'string' ? (CEL_TYPES[schema.type] ?? 'dyn') : 'dyn';
}

/**
 * Compiles a condition over the records of a topic; a record that lacks what it asks for does not match, and is told of. Throws a Failure on
 * a condition that can't be right.
 */
export function recordCondition(
  topic: string,
  source: string,
  unmatched: (sentence: string) => void,
): (record: object) => boolean {
  try {
    const condition = conditionCompiler(conditionVariables(topic))(source);
    return (record) => {
      try {
        return condition.holds({ ...record });
      } catch (error) {
        unmatched((error as Error).message);
        return false;
      }
    };
  } catch (error) {
    if (error instanceof ConditionError) throw misuse(`--where: ${error.message}.`);
    throw error;
  }
}
