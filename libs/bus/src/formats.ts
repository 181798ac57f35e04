/** How the records of topics are written and read: one writer per record, one reader per record and writer's schema. */
import { schemaOf, subjectOf, topicFor, versionsOf } from '@muster/schemas';
import type { RecordName, TopicName } from '@muster/schemas';
import { SchemaUnavailableError } from './bus.ts';
import { MalformedError } from './byte-scan.ts';
import { recordReader, recordWriter } from './record-codec.ts';
import type { ReadRecord, WriteRecord } from './record-codec.ts';
import type { SchemaSource } from './schema-source.ts';

export interface RecordFormat {
  readonly record: RecordName;
  readonly write: WriteRecord;
  /** By schema id. One that can't be read has a reader that says why. */
  readonly readers: Map<number, ReadRecord>;
  /** Registries give a schema one id under all subjects, so topics of one record share it. */
  schemaId: number | undefined;
}

export interface TopicFormat {
  readonly topic: TopicName;
  /** The CloudEvents type, e.g. `muster.MetricSample.v1`. */
  readonly type: string;
  readonly format: RecordFormat;
}

export interface Formats {
  /** @throws Error naming the nearest topics when there is no such topic */
  of(topic: string): TopicFormat;
  loadReader(format: RecordFormat, schemaId: number): Promise<ReadRecord>;
  /** Makes sure that the schema of a topic is registered, and knows its id. */
  loadSchemaId(topic: TopicFormat): Promise<void>;
  /** Readers of what may be on a topic: the versions this build knows, and the registry's newest. */
  loadReaders(topic: TopicFormat): Promise<void>;
}

export function recordFormats(schemas: SchemaSource): Formats {
  const byRecord = new Map<RecordName, RecordFormat>();
  const byTopic = new Map<string, TopicFormat>();

  const formatOf = (record: RecordName): RecordFormat => {
    const known = byRecord.get(record);
    if (known) return known;
    const format = {
      record,
      write: recordWriter(schemaOf(record)),
      readers: new Map<number, ReadRecord>(),
      schemaId: undefined,
    };
    byRecord.set(record, format);
    return format;
  };
  const loadReader: Formats['loadReader'] = async (format, schemaId) => {
    const known = format.readers.get(schemaId);
    if (known) return known;
    const { record, readers } = format;
    const schema = await schemas.schemaById(schemaId);
    if (schema === null) {
      return unreadable(
        record,
        `is written with schema ${schemaId}, which is unknown to the registry or is no Avro schema`,
      );
    }
    const reader = readerOf(record, schemaId, schema);
    readers.set(schemaId, reader);
    return reader;
  };

  return {
    of(topic) {
      const known = byTopic.get(topic);
      if (known) return known;
      const { name, record } = topicFor(topic);
      const major = /\.v(\d+)$/.exec(name)?.[1] ?? '1';
      const format = { topic: name as TopicName, type: `muster.${record}.v${major}`, format: formatOf(record) };
      byTopic.set(topic, format);
      return format;
    },
    loadReader,
    async loadSchemaId({ topic, format }) {
      const id = await schemas.idOf(subjectOf(topic), schemaOf(format.record));
      if (id === null) {
        throw new SchemaUnavailableError(
          `The schema of ${format.record} is not registered under ${subjectOf(topic)}; run \`muster schemas push\`.`,
        );
      }
      format.schemaId = id;
    },
    async loadReaders({ topic, format }) {
      const subject = subjectOf(topic);
      const ids = await Promise.all([
        schemas.latestId(subject),
        ...versionsOf(format.record).map((version) => schemas.idOf(subject, version)),
      ]);
      const known = [...new Set(ids)].filter((id) => id !== null);
      await Promise.all(known.map((id) => loadReader(format, id)));
    },
  };
}

function readerOf(record: RecordName, schemaId: number, schema: object): ReadRecord {
  try {
    return recordReader(schemaOf(record), schema);
  } catch (error) {
    return unreadable(record, `can't be read from schema ${schemaId}: ${(error as Error).message}`);
  }
}

const unreadable =
  (record: RecordName, why: string): ReadRecord =>
  () => {
    throw new MalformedError(record, why);
  };
