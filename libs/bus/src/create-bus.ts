/** Muster's messages on a log: puts formats, encoding and decoding together. */
import { topicPatterns, topics } from '@muster/schemas';
import type { TopicName } from '@muster/schemas';
import { InvalidMessageError, SchemaUnavailableError } from './bus.ts';
import type { Bus, Outgoing } from './bus.ts';
import { decodeRecord } from './decode-record.ts';
import { encodeMessage } from './encode-message.ts';
import { recordFormats } from './formats.ts';
import type { TopicFormat } from './formats.ts';
import type { Log } from './log.ts';
import type { SchemaSource } from './schema-source.ts';

export interface BusOptions {
  readonly log: Log;
  readonly schemas: SchemaSource;
  /** Wall clock, epoch ms, which the times of messages to publish are held against. Default: `Date.now`. */
  readonly clock?: () => number;
}

export function createBus({ log, schemas, clock = Date.now }: BusOptions): Bus {
  const formats = recordFormats(schemas);

  const formatOf = (topic: TopicName): TopicFormat => {
    try {
      return formats.of(topic);
    } catch (error) {
      throw new InvalidMessageError((error as Error).message, { cause: error });
    }
  };
  const encode = (message: Outgoing) => {
    const format = formatOf(message.topic);
    const { schemaId, record } = format.format;
    if (schemaId === undefined) {
      formats.loadSchemaId(format).catch(() => {});
      throw new SchemaUnavailableError(
        `The schema id of ${record} is not known yet; warm the bus with ${message.topic} before it is written.`,
      );
    }
    return encodeMessage(message, format, schemaId, { time: clock(), name: "this machine's clock" });
  };
  const loadSchemaIds = (topics: readonly TopicName[]) =>
    Promise.all([...new Set(topics)].map((topic) => formats.loadSchemaId(formatOf(topic))));

  return {
    log,
    async warm({ reads, writes }) {
      await Promise.all([
        loadSchemaIds(writes.flatMap(withSubject)),
        ...reads.map((topic) => formats.loadReaders(formatOf(topic))),
      ]);
    },
    encode,
    async publish(messages) {
      const unknown = messages.filter(({ topic }) => formatOf(topic).format.schemaId === undefined);
      if (unknown.length > 0) await loadSchemaIds(unknown.map(({ topic }) => topic));
      if (messages.length > 0) await log.append(messages.map(encode));
    },
    decode: (record) => decodeRecord(record, formats),
    close: (deadlineMs) => log.close(deadlineMs),
  };
}

/** A family of topics, such as `muster.inbox.<agent>.v1`, has no subject; the schema of its record is known under any topic that carries it too. */
function withSubject(topic: TopicName): readonly TopicName[] {
  const family = topicPatterns.find(({ name }) => name === topic);
  if (family === undefined) return [topic];
  return topics.filter(({ record }) => record === family.record).map(({ name }) => name as TopicName);
}
