import { statSync } from 'node:fs';
import { constants, open, type FileHandle } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import type { JobColumns, JobSource } from '@muster/jobs';
import { columnRules, type ColumnRules } from './column-rules.ts';
import { cutRecords, fieldsOf, type CutPiece } from './csv-records.ts';
import type { DataRoot } from './data-root.ts';
import { text } from './duck.ts';
import { jsonRelation, jsonRules } from './json-lines.ts';
import { fileFault, refusal } from './refusal.ts';
import { readerOptions } from './rejected-rows.ts';
import type { SourceFile } from './run-state.ts';
import type { Source } from './source.ts';

/** A record may be this long, in bytes. */
const longestRecord = 1024 * 1024;
const longestPiece = 256 * longestRecord;
const mostColumns = 20_000;

export interface TextSourceOptions {
  readonly source: JobSource;
  readonly columns: JobColumns;
  readonly root: DataRoot;
  /** A folder for the pieces that DuckDB reads. */
  readonly work: string;
  readonly batchBytes: number;
}

/** CSV or JSON lines. A batch is a piece of a file between two ends of records, cleaned of what is no record and written where DuckDB reads it. */
export function textSource({ source, columns, root, work, batchBytes }: TextSourceOptions): Source {
  const isCsv = source.csv !== undefined;
  const { charset = 'utf-8', delimiter = ',', header = true } = source;
  const decoder = charset === 'utf-8' ? undefined : new TextDecoder(charset);
  const paths = root.files(source.csv ?? source.jsonLines ?? '');
  const files = paths.map(sourceFileAt);
  const before = files.map((_, index) => files.slice(0, index).reduce((sum, { bytes }) => sum + bytes, 0));
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let known: { readonly file: number; readonly shape: Shape } | undefined;
  // Batches are read one after the other, and what was read is in a file of its own before the next one begins.
  let buffer = Buffer.allocUnsafe(0);
  const pieceAt = async (file: FileHandle, from: number, size: number): Promise<Buffer> => {
    if (buffer.length < size) buffer = Buffer.allocUnsafe(size);
    return readAt(file, buffer.subarray(0, size), from);
  };

  /** What a file begins with, and how its columns are read. */
  interface Shape {
    /** Where its records begin. */
    readonly begin: number;
    readonly rules: ColumnRules;
    readonly relation: (file: string) => string;
  }

  const shapeOf = async (index: number, file: FileHandle): Promise<Shape> => {
    if (known?.file === index) return known.shape;
    const head = await readAt(file, Buffer.allocUnsafe(isCsv ? 4 * longestRecord : 4_096), 0);
    const shape = isCsv ? csvShape(index, head) : jsonShape(index, head);
    known = { file: index, shape };
    return shape;
  };

  const nameOf = (index: number): string => relative(root.directory, paths[index] ?? '');

  const csvShape = (index: number, head: Buffer): Shape => {
    const mark = markLength(head, nameOf(index));
    const names = header ? headerOf(head.subarray(mark), nameOf(index)) : undefined;
    const wanted = Object.entries(columns).map(([name, { from = name }]) => from);
    const all = names?.fields ?? wanted;
    const extra = all.filter((name) => !wanted.includes(name));
    const missing = wanted.filter((name) => !all.includes(name));
    const doubled = wanted.find((name) => all.indexOf(name) !== all.lastIndexOf(name));
    const refuse = (problem: string): Error =>
      refusal(
        index === 0 ? 'HeaderMismatch' : 'HeaderChanged',
        `the header of ${nameOf(index)} ${problem}${index === 0 ? '' : `; that of ${nameOf(0)} is as the job says. What came before is loaded and kept`}`,
      );
    if (all.length > mostColumns) throw refuse(`has ${all.length} columns (limit ${mostColumns})`);
    if (missing.length > 0)
      throw refuse(`lacks ${listed(missing)}${extra.length > 0 ? ` and has ${listed(extra)}` : ''}`);
    if (doubled !== undefined) throw refuse(`has ${doubled} twice: which one is meant?`);
    if (extra.length > 0 && source.extraColumns !== 'ignore')
      throw refuse(
        `has ${extra.length} more than the job names: ${listed(extra)}. Name them, or say extraColumns: ignore`,
      );
    const declared = all.map((_, at) => `'c${at}': 'VARCHAR'`).join(', ');
    return {
      begin: mark + (names?.length ?? 0),
      rules: columnRules(columns, (name) => `c${all.indexOf(name)}`),
      relation: (file) =>
        `read_csv(${text(file)}, header = false, columns = {${declared}}, delim = ${text(delimiter)}, quote = '"', escape = '"', ${readerOptions})`,
    };
  };

  const headerOf = (head: Buffer, name: string): { readonly fields: string[]; readonly length: number } => {
    const length = /\r\n|\r|\n/.exec(head.toString('latin1'));
    if (head.length === 0) throw refusal('NoHeader', `${name} is empty: it has not even a header`);
    const end = length === null ? head.length : length.index + length[0].length;
    const line = head.subarray(0, length?.index ?? head.length);
    const decoded = decoder === undefined ? line.toString('utf8') : decoder.decode(line);
    return { fields: fieldsOf(decoded, delimiter).map((field) => field.trim()), length: end };
  };

  const jsonShape = (index: number, head: Buffer): Shape => ({
    begin: markLength(head, nameOf(index)),
    rules: jsonRules(columns),
    relation: jsonRelation,
  });

  return {
    files,
    directories: [],
    total,
    doneAt: ({ file, offset }) => (before[file] ?? total) + offset,
    close: () => Promise.resolve(),
    async read(place, slot) {
      const { file: index } = place;
      const path = paths[index] ?? '';
      const name = nameOf(index);
      const bytes = files[index]?.bytes ?? 0;
      let file: FileHandle | undefined;
      try {
        file = await open(path);
        mustBeSame(files[index], path, name);
        const shape = await shapeOf(index, file);
        const from = Math.max(place.offset, shape.begin);
        const { clean, consumed, bad } = await cutAt(file, from, bytes, name);
        const piece = join(work, `piece-${slot}.${isCsv ? 'csv' : 'jsonl'}`);
        await overwrite(piece, decoder === undefined ? clean : Buffer.from(decoder.decode(clean)));
        const isEnd = from + consumed >= bytes;
        const next = isEnd ? { file: index + 1, offset: 0 } : { file: index, offset: from + consumed };
        return {
          rules: shape.rules,
          relation: shape.relation(piece),
          name,
          taken:
            decoder === undefined
              ? bad
              : bad.map((each) => ({ ...each, bytes: Buffer.from(decoder.decode(each.bytes)) })),
          hasParseRejects: true,
          next: next.file < files.length ? next : undefined,
        };
      } catch (error) {
        throw error instanceof Error && 'faultClass' in error ? error : fileFault(`reading ${name}`, error);
      } finally {
        await file?.close();
      }
    },
  };

  async function cutAt(file: FileHandle, from: number, bytes: number, name: string): Promise<CutPiece> {
    for (let size = batchBytes; ; size *= 2) {
      const piece = await pieceAt(file, from, size);
      const isLast = from + piece.length >= bytes;
      const { length } = piece;
      const done = cutRecords(piece, {
        quote: isCsv ? 0x22 : undefined,
        delimiter: delimiter.charCodeAt(0),
        isLast,
        longest: longestRecord,
        mustBeUtf8: decoder === undefined,
      });
      if (done.consumed > 0 || isLast) return isLast ? { ...done, consumed: length } : done;
      if (size > longestPiece)
        throw refusal('LineTooLong', `${name} has no end of line within ${size} bytes after byte ${from}`);
    }
  }
}

export function sourceFileAt(path: string): SourceFile {
  const { size, mtimeMs } = statSync(path);
  return { path, bytes: size, modifiedAt: mtimeMs };
}

/** Throws PermanentError when a file is no longer the one that the run began with: its batches would not be the same. */
export function mustBeSame(known: SourceFile | undefined, path: string, name: string): void {
  const now = sourceFileAt(path);
  if (known?.bytes !== now.bytes || known.modifiedAt !== now.modifiedAt)
    throw refusal('SourceChanged', `${name} was changed while it was read: begin a new run when nobody writes to it`);
}

async function readAt(file: FileHandle, into: Buffer, from: number): Promise<Buffer> {
  let length = 0;
  while (length < into.length) {
    const { bytesRead } = await file.read(into, length, into.length - length, from + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return into.subarray(0, length);
}

/** Replaces what is in a file that need not last. Its room on the disk is kept: giving it back would make every fsync of others wait for what is in it. */
async function overwrite(path: string, content: Buffer): Promise<void> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT);
  try {
    for (let at = 0; at < content.length;) at += (await file.write(content, at, content.length - at, at)).bytesWritten;
    await file.truncate(content.length);
  } finally {
    await file.close();
  }
}

/** The length of a byte order mark of UTF-8. Throws PermanentError on what is no text of one byte a letter. */
function markLength(head: Buffer, name: string): number {
  const [first, second, third] = head;
  const saying = (what: string): Error => refusal('NotText', `${basename(name)} is ${what}: give it as UTF-8 text`);
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) throw saying('UTF-16');
  if (first === 0x1f && second === 0x8b) throw saying('compressed');
  if (head.subarray(0, 1_000).includes(0)) throw saying('no text (it has zero bytes)');
  return first === 0xef && second === 0xbb && third === 0xbf ? 3 : 0;
}

function listed(names: readonly string[]): string {
  const shown = names
    .slice(0, 5)
    .map((name) => name.slice(0, 60))
    .join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
