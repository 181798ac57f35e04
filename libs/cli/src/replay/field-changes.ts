/** Where two values differ. */
export interface FieldChange {
  /** As in `evidence.score` or `rules[2].when`. */
  readonly field: string;
  /** Undefined: it is not there. */
  readonly recorded: unknown;
  readonly replayed: unknown;
}

/** Every field in which two records differ, at the deepest place that says it; lists of different lengths differ as a whole. */
export function fieldChanges(recorded: unknown, replayed: unknown, field = ''): FieldChange[] {
  if (Object.is(recorded, replayed)) return [];
  if (Array.isArray(recorded) && Array.isArray(replayed) && recorded.length === replayed.length)
    return recorded.flatMap((item, index) => fieldChanges(item, replayed[index], `${field}[${index}]`));
  if (isObject(recorded) && isObject(replayed)) {
    const names = [...new Set([...Object.keys(recorded), ...Object.keys(replayed)])];
    return names.flatMap((name) =>
      fieldChanges(recorded[name], replayed[name], field === '' ? name : `${field}.${name}`),
    );
  }
  return [{ field: field === '' ? 'value' : field, recorded, replayed }];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
