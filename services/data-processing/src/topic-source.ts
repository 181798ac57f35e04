import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bus, Decoded, LogRecord, Message } from '@muster/bus';
import type { JobColumns, JobSource, ReadableTopic } from '@muster/jobs';
import type { BadRecord } from './csv-records.ts';
import { jsonRelation, jsonRules } from './json-lines.ts';
import { refusal } from './refusal.ts';
import type { SourcePart, TopicPart } from './run-state.ts';
import type { Source } from './source.ts';
import { topicReader } from './topic-reader.ts';

export interface TopicSourceOptions {
  readonly source: Pick<JobSource, 'since' | 'until'> & { readonly topic: ReadableTopic };
  readonly columns: JobColumns;
  /** A folder for the pieces that DuckDB reads. */
  readonly work: string;
  readonly batchBytes: number;
  /** What the run began with. */
  readonly known: readonly SourcePart[] | undefined;
  readonly bus: Bus;
  readonly signal: AbortSignal;
}

/**
 * Messages of a topic between two offsets of each partition, which stand when the run begins. A batch is a range of offsets; a message is an object, with
 * fields of its fields by dots: `labels.route`, `envelope.id`, and besides `message.key`, `message.partition`, `message.offset`, `message.at`.
 */
export async function topicSource(options: TopicSourceOptions): Promise<Source> {
  const { source, columns, work, batchBytes, known, bus, signal } = options;
  const { topic } = source;
  await bus.warm({ reads: [topic], writes: [] });
  const parts = known?.filter((part) => 'topic' in part) ?? (await partsOf(options));
  const before = parts.map((_, index) => parts.slice(0, index).reduce((sum, { from, to }) => sum + to - from, 0));
  const total = parts.reduce((sum, { from, to }) => sum + to - from, 0);
  const since = timeOf(source.since);
  const reader = topicReader(bus.log, parts, {
    start: since === undefined ? { at: 'beginning' } : { at: 'time', time: since },
    bufferBytes: 2 * batchBytes,
    signal,
  });
  const mustBeKept = async ({ partition }: TopicPart, offset: number): Promise<void> => {
    const bounds = await bus.log.admin.offsets(topic);
    const beginning = bounds.find((each) => each.partition === partition)?.beginning ?? 0;
    if (beginning > offset)
      throw refusal(
        'MessagesGone',
        `messages ${offset} to ${beginning - 1} of partition ${partition} of ${topic} were deleted before they were read: its retention is shorter than the run. Begin a new run`,
      );
  };
  return {
    files: parts,
    first: { file: 0, offset: parts[0]?.from ?? 0 },
    directories: [],
    total,
    doneAt: ({ file, offset }) => (before[file] ?? total) + offset - (parts[file]?.from ?? 0),
    async close() {
      await reader.close();
      await bus.close(5_000);
    },
    async read({ file, offset }, slot) {
      // Of an empty topic there is one batch, of nothing.
      const part = parts[file] ?? { topic, partition: 0, from: offset, to: offset };
      const records = await reader.take(file, offset, batchBytes);
      if ((records[0]?.offset ?? part.to) > offset) await mustBeKept(part, offset);
      const taken: BadRecord[] = [];
      const lines: string[] = [];
      for (const [ordinal, record] of records.entries()) {
        const decoded = await bus.decode(record);
        if (decoded.kind === 'message') lines.push(`${JSON.stringify(flat(decoded.message))}\n`);
        else taken.push(bad(decoded, record, ordinal));
      }
      const piece = join(work, `piece-${slot}.jsonl`);
      await writeFile(piece, lines.join(''));
      const end = (records.at(-1)?.offset ?? part.to - 1) + 1;
      const after = parts[file + 1];
      const later = after === undefined ? undefined : { file: file + 1, offset: after.from };
      return {
        rules: jsonRules(columns),
        relation: jsonRelation(piece),
        name: `${topic}/${part.partition}`,
        taken,
        hasParseRejects: true,
        next: end < part.to ? { file, offset: end } : later,
      };
    },
  };
}

/** What there is to read, as it is now. */
async function partsOf({ source: { topic, since, until }, bus }: TopicSourceOptions): Promise<TopicPart[]> {
  const { admin } = bus.log;
  const offsetsAt = async (time: string | undefined) =>
    time === undefined ? undefined : admin.offsetsAt(topic, timeOf(time) ?? 0);
  const [bounds, begins, ends] = [await admin.offsets(topic), await offsetsAt(since), await offsetsAt(until)];
  const at = (offsets: typeof begins, partition: number): number | undefined =>
    offsets?.find((each) => each.partition === partition)?.offset;
  return bounds
    .map(({ partition, beginning, end }) => ({
      topic,
      partition,
      from: Math.max(beginning, at(begins, partition) ?? beginning),
      to: Math.min(end, at(ends, partition) ?? end),
    }))
    .filter(({ from, to }) => from < to)
    .toSorted((one, other) => one.partition - other.partition);
}

function timeOf(moment: string | undefined): number | undefined {
  return moment === undefined ? undefined : Date.parse(`${moment.replace(' ', 'T')}${moment.length > 10 ? 'Z' : ''}`);
}

function flat({ key, partition, offset, timestamp, value }: Message): Record<string, unknown> {
  const fields: Record<string, unknown> = {
    'message.key': key,
    'message.partition': partition,
    'message.offset': offset,
    'message.at': timestamp,
  };
  const put = (path: string, each: unknown): void => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) fields[path] = each;
    else for (const [name, inner] of Object.entries(each)) put(path === '' ? name : `${path}.${name}`, inner);
  };
  put('', value);
  return fields;
}

function bad(
  decoded: Exclude<Decoded, { kind: 'message' }>,
  { partition, offset }: LogRecord,
  ordinal: number,
): BadRecord {
  const reason = decoded.kind === 'invalid' ? decoded.reason : 'it has no value';
  return { ordinal, reason, bytes: Buffer.from(`offset ${offset} of partition ${partition}`) };
}
