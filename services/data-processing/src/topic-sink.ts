import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { headerText, type Bus, type NewRecord, type Outgoing } from '@muster/bus';
import { labelsField, topicFields, type Job, type TopicField } from '@muster/jobs';
import { id, text } from './duck.ts';
import { replaceFile } from './durable-file.ts';
import { refusal } from './refusal.ts';
import type { TopicPart } from './run-state.ts';
import type { Sink } from './sink.ts';
import { topicReader } from './topic-reader.ts';

export interface TopicSinkOptions {
  readonly topic: NonNullable<Job['sink']['topic']>;
  readonly columns: readonly string[];
  readonly runId: string;
  readonly work: string;
  /** Where it notes which batch it publishes; it outlives the attempt. */
  readonly noteFile: string;
  readonly bus: Bus;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

interface Note {
  readonly batch: number;
  /** Where each partition ended before the batch. */
  readonly ends: readonly { readonly partition: number; readonly end: number }[];
}

const atOnce = 1_000;

/**
 * A topic: each row is a message, with an id that follows from the run, the batch and the row. Before a batch it is noted where the topic ends: whoever does
 * the batch again looks which of its messages are there already, and publishes only the others.
 */
export function topicSink({ topic, columns, runId, work, noteFile, bus, now, signal }: TopicSinkOptions): Sink {
  const { name, with: fixed = {}, labels = [] } = topic;
  const fields = new Map(topicFields(name).map((field) => [field.name, field]));
  const mapField = labelsField(name);
  const select = columns.map((column) => `${valueOf(column, fields.get(column), labels)} AS ${id(column)}`).join(', ');

  /** The messages of a batch, in the order of its rows. */
  async function* messagesIn(
    file: string,
    batch: number,
  ): AsyncGenerator<{ readonly row: number; readonly message: Outgoing }> {
    const met = new Map<string, number>();
    let row = 0;
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      row += 1;
      const digest = createHash('sha256').update(line).digest('base64url').slice(0, 22);
      const copy = met.get(digest) ?? 0;
      met.set(digest, copy + 1);
      const values = JSON.parse(line) as Record<string, unknown>;
      const given = columns.filter((column) => values[column] !== null);
      const value = {
        ...fixed,
        ...Object.fromEntries(given.filter((each) => !labels.includes(each)).map((each) => [each, values[each]])),
        ...(labels.length > 0 && {
          [mapField]: Object.fromEntries(
            labels.filter((each) => given.includes(each)).map((each) => [each, values[each]]),
          ),
        }),
      };
      const messageId = `${runId}/${batch}/${digest}${copy === 0 ? '' : `/${copy}`}`;
      const envelope = {
        id: messageId,
        time: now(),
        source: 'data-processing',
        correlationId: runId,
        causationId: null,
      };
      yield { row, message: { topic: name, value, envelope } as unknown as Outgoing };
    }
  }

  const encoded = (message: Outgoing, row: number): NewRecord => {
    try {
      return bus.encode(message);
    } catch (error) {
      if (error instanceof Error && 'faultClass' in error && error.faultClass !== 'permanent') throw error;
      throw refusal(
        'RecordRefused',
        `good row ${row} of its batch is no message of ${(error as Error).message}; none of the batch was published. Give the job a rule that rejects such rows`,
      );
    }
  };

  return {
    where: `topic ${name}`,
    directories: [],
    begin: () => bus.warm({ reads: [name], writes: [name] }),
    async prepare(batch, query, _rows, duck) {
      const file = join(work, `messages-${batch}.jsonl`);
      await duck.run(`COPY (SELECT ${select} FROM (${query})) TO ${text(file)} (FORMAT json)`);
      // All or none: a row that is no message is found before any is published.
      for await (const { row, message } of messagesIn(file, batch)) encoded(message, row);
      return {
        name: `batch-${String(batch).padStart(6, '0')}`,
        async publish() {
          const there = await published(batch);
          let waiting: NewRecord[] = [];
          const append = async (): Promise<void> => {
            signal.throwIfAborted();
            const records = waiting;
            waiting = [];
            if (records.length > 0) await bus.log.append(records);
          };
          for await (const { row, message } of messagesIn(file, batch)) {
            if (there.has(message.envelope.id)) continue;
            waiting.push(encoded(message, row));
            if (waiting.length >= atOnce) await append();
          }
          await append();
          rmSync(file, { force: true });
        },
      };
    },
    finish() {
      rmSync(noteFile, { force: true });
      return Promise.resolve();
    },
    close: () => bus.close(5_000),
  };

  /** Ids of the batch that an earlier attempt has published. */
  async function published(batch: number): Promise<ReadonlySet<string>> {
    const ends = (await bus.log.admin.offsets(name)).map(({ partition, end }) => ({ partition, end }));
    const note = existsSync(noteFile) ? (JSON.parse(readFileSync(noteFile, 'utf8')) as Note) : undefined;
    if (note?.batch !== batch) {
      replaceFile(noteFile, JSON.stringify({ batch, ends } satisfies Note));
      return new Set();
    }
    const parts = ends.flatMap(({ partition, end }): TopicPart[] => {
      const from = note.ends.find((each) => each.partition === partition)?.end ?? 0;
      return from < end ? [{ topic: name, partition, from, to: end }] : [];
    });
    if (parts.length === 0) return new Set();
    const offset = Math.min(...parts.map(({ from }) => from));
    const reader = topicReader(bus.log, parts, { start: { at: 'offset', offset }, bufferBytes: 8e6, signal });
    const ids = new Set<string>();
    try {
      for (const [index, { from, to }] of parts.entries())
        for (let at = from; at < to;) {
          const records = await reader.take(index, at, 4e6);
          for (const { headers } of records) {
            const messageId = headerText(headers, 'ce_id') ?? '';
            if (messageId.startsWith(`${runId}/${batch}/`)) ids.add(messageId);
          }
          at = (records.at(-1)?.offset ?? to) + 1;
        }
    } finally {
      await reader.close();
    }
    return ids;
  }
}

/** A column as the field of a message wants it, in SQL. */
function valueOf(column: string, field: TopicField | undefined, labels: readonly string[]): string {
  if (labels.includes(column) || field === undefined) return `CAST(${id(column)} AS VARCHAR)`;
  switch (field.kind) {
    case 'number':
      return `CAST(${id(column)} AS DOUBLE)`;
    case 'timestamp':
      return `epoch_ms(CAST(${id(column)} AS TIMESTAMP))`;
    case 'text':
      return `CAST(${id(column)} AS VARCHAR)`;
    case 'integer':
    case 'boolean':
      return id(column);
  }
}
