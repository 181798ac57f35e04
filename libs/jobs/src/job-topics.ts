/** Which topics of the mesh a job may read and write, and what their records are made of. */
import { schemaOf, topicFor, type TopicName } from '@muster/schemas';

/** What tells what happened. Not what commands, decides or configures: who may ask for a job need not be one who may read that. */
export const readableTopics = [
  'muster.metrics.v1',
  'muster.security-events.v1',
  'muster.alert-transitions.v1',
  'muster.check-results.v1',
  'muster.task-measurements.v1',
  'muster.workflow-events.v1',
] as const satisfies readonly TopicName[];

/** What users' systems publish: signals. Nothing that makes the mesh act or believe that something was approved. */
export const writableTopics = [
  'muster.metrics.v1',
  'muster.security-events.v1',
] as const satisfies readonly TopicName[];

export type ReadableTopic = (typeof readableTopics)[number];
export type WritableTopic = (typeof writableTopics)[number];

/** A field of a record that a column can fill. */
export interface TopicField {
  readonly name: string;
  readonly kind: 'text' | 'number' | 'integer' | 'timestamp' | 'boolean';
  /** Of an enum. */
  readonly symbols?: readonly string[];
  /** It has no default: every message needs it. */
  readonly isRequired: boolean;
}

interface AvroField {
  readonly name: string;
  readonly type: unknown;
  readonly default?: unknown;
}

const plain: Readonly<Record<string, TopicField['kind']>> = {
  string: 'text',
  double: 'number',
  float: 'number',
  int: 'integer',
  long: 'integer',
  boolean: 'boolean',
};

/** The fields of a topic's record that hold one value. */
export function topicFields(topic: TopicName): TopicField[] {
  const { fields } = schemaOf(topicFor(topic).record) as { readonly fields: readonly AvroField[] };
  return fields.flatMap(({ name, type, default: otherwise }) => {
    const isRequired = otherwise === undefined;
    const one: unknown = Array.isArray(type) ? type.find((each) => each !== 'null') : type;
    if (typeof one === 'string') return plain[one] === undefined ? [] : [{ name, kind: plain[one], isRequired }];
    const { type: kind, logicalType, symbols } = one as { type: string; logicalType?: string; symbols?: string[] };
    if (kind === 'enum') return [{ name, kind: 'text', symbols: symbols ?? [], isRequired }];
    return logicalType === 'timestamp-millis' ? [{ name, kind: 'timestamp', isRequired }] : [];
  });
}

/** The field of a topic's record that holds free texts by name. */
export function labelsField(topic: WritableTopic): 'labels' | 'attributes' {
  return topic === 'muster.metrics.v1' ? 'labels' : 'attributes';
}
