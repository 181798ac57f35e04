import { RecordRefusedError, type NewRecord } from '@muster/bus';

/** A topic may still be created; what is too large stays so. */
export function isForGood(reason: Error): boolean {
  return reason instanceof RecordRefusedError && reason.code !== 'unknown-topic';
}

/**
 * A dead letter that is too large together with its reason: the reason stays, and says where the value is still to be found. Undefined for
 * whatever else was refused.
 */
export function withoutValue(records: readonly NewRecord[], reason: Error): NewRecord[] | undefined {
  const [letter] = records;
  const isTooLarge = reason instanceof RecordRefusedError && reason.code === 'too-large';
  if (!isTooLarge || records.length !== 1 || letter === undefined || !letter.topic.endsWith('.dlt')) return undefined;
  if (letter.value === null) return undefined;
  const note = Buffer.from('left out: too large together with its reason');
  return [{ ...letter, value: null, headers: { ...letter.headers, 'muster_dlt-value': note } }];
}
