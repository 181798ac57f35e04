import type { TopicInputs, TopicRecords } from './generated/topics.ts';
import { schemaOf } from './record-schemas.ts';
import { topicFor } from './topics.ts';
import type { TopicName } from './topics.ts';

/**
 * The message key of a record on a topic: the topic's key fields joined by `/`, a map as `{a=1,b=2}` in the order of its
 * keys and left out when empty, e.g. `shop/latency_ms{route=/cart}`. A key of one field is that field as it is; in a key of
 * several, a backslash goes before a character that would make two records look alike.
 * Throws when a key field is empty or missing.
 */
export function keyOf<T extends TopicName>(topic: T, record: TopicRecords[T] | TopicInputs[T]): string {
  const { key, record: recordName } = topicFor(topic);
  let result = '';
  for (const field of key) {
    const value: unknown = Reflect.get(record, field);
    if (isMapField(recordName, field)) {
      result += mapKey((value ?? {}) as Readonly<Record<string, string>>);
    } else if (typeof value !== 'string' || value === '') {
      throw new Error(
        `A ${recordName} for ${topic} has no ${field}, which is part of the message key: give it a value.`,
      );
    } else {
      result += (result === '' ? '' : '/') + (key.length === 1 ? value : escaped(value, /[\\/{]/g));
    }
  }
  return result;
}

function mapKey(map: Readonly<Record<string, string>>): string {
  const entries = Object.keys(map)
    .toSorted()
    .map((name) => `${escaped(name, /[\\,={}]/g)}=${escaped(map[name]!, /[\\,={}]/g)}`);
  return entries.length === 0 ? '' : `{${entries.join(',')}}`;
}

const escaped = (text: string, special: RegExp): string => text.replaceAll(special, (character) => `\\${character}`);

function isMapField(record: Parameters<typeof schemaOf>[0], name: string): boolean {
  const { fields } = schemaOf(record) as { fields: readonly { name: string; type: { type?: string } }[] };
  return fields.find((field) => field.name === name)?.type.type === 'map';
}
