/**
 * Cuts a piece of a file into whole records and takes out what is none, byte by byte, so that what is left can be read in parallel by a reader that knows
 * nothing of broken quotes. Rules of RFC 4180, any line end.
 */
import { isUtf8 } from 'node:buffer';

export interface RecordRules {
  /** `undefined`: quotes mean nothing, as in JSON lines. */
  readonly quote: number | undefined;
  readonly delimiter: number;
  /** Nothing comes after this piece. */
  readonly isLast: boolean;
  /** A record longer than this, in bytes, has a quote that nobody closes. */
  readonly longest: number;
  /** Whether bytes that are no UTF-8 make a record bad. */
  readonly mustBeUtf8: boolean;
}

export interface BadRecord {
  /** Which record of the piece, from 0; blank lines do not count. */
  readonly ordinal: number;
  readonly reason: string;
  readonly bytes: Buffer;
}

export interface CutPiece {
  /** Whole records, each ended by a line feed. */
  readonly clean: Buffer;
  /** How far the piece is dealt with: the next one begins here. */
  readonly consumed: number;
  readonly bad: readonly BadRecord[];
}

const lineFeed = 10;
const carriageReturn = 13;

/** Where one is in a field. */
const begins = 0;
const plain = 1;
const quoted = 2;
const closed = 3;

/** Cuts one piece. Nothing is consumed when the piece holds no whole record. */
export function cutRecords(piece: Buffer, rules: RecordRules): CutPiece {
  const { quote, isLast, mustBeUtf8 } = rules;
  const end = isLast ? piece.length : piece.lastIndexOf(lineFeed) + 1;
  const whole = piece.subarray(0, end);
  const isText = !mustBeUtf8 || isUtf8(whole);
  const isPlain =
    isText &&
    end > 0 &&
    piece[end - 1] === lineFeed &&
    piece[0] !== lineFeed &&
    !whole.includes(carriageReturn) &&
    !whole.includes('\n\n') &&
    (quote === undefined || !whole.includes(quote));
  return isPlain ? { clean: whole, consumed: end, bad: [] } : cutWithCare(piece, rules, isText);
}

function cutWithCare(piece: Buffer, rules: RecordRules, isText: boolean): CutPiece {
  const { quote, delimiter, isLast, longest } = rules;
  const clean = Buffer.allocUnsafe(piece.length + 1);
  const bad: BadRecord[] = [];
  let written = 0;
  let ordinal = 0;
  let at = 0;
  let consumed = 0;
  while (at < piece.length) {
    const begin = at;
    const writtenBefore = written;
    let where = begins;
    let broken: string | undefined;
    let isEnded = false;
    for (; at < piece.length; at += 1) {
      const byte = piece[at]!;
      if (where === quoted) {
        if (byte === quote) where = closed;
        else if (at - begin > longest) {
          broken = `a quote is opened and not closed within ${longest} bytes`;
          break;
        }
      } else if (byte === lineFeed || byte === carriageReturn) {
        isEnded = true;
        break;
      } else if (byte === delimiter && quote !== undefined) where = begins;
      else if (byte === quote) {
        if (where === closed || where === begins) where = quoted;
      } else if (where === closed) {
        broken = 'text follows a closing quote';
        break;
      } else where = plain;
      clean[written] = byte;
      written += 1;
    }
    if (broken === undefined && !isEnded) {
      if (!isLast) {
        written = writtenBefore;
        break;
      }
      if (where === quoted) broken = 'a quote is opened and never closed';
    }
    if (broken !== undefined) {
      // Only the line is given up on: the next one may be well.
      written = writtenBefore;
      const next = lineEnd(piece, begin);
      if (next === undefined && !isLast) break;
      at = next ?? piece.length;
      bad.push({ ordinal, reason: broken, bytes: piece.subarray(begin, at) });
      ordinal += 1;
    } else if (at > begin) {
      if (!isText && !isUtf8(clean.subarray(writtenBefore, written))) {
        bad.push({
          ordinal,
          reason: 'it is not UTF-8: say the charset of the source',
          bytes: piece.subarray(begin, at),
        });
        written = writtenBefore;
      } else {
        clean[written] = lineFeed;
        written += 1;
      }
      ordinal += 1;
    }
    at = Math.min(piece.length, at + (piece[at] === carriageReturn && piece[at + 1] === lineFeed ? 2 : 1));
    consumed = at;
  }
  return { clean: clean.subarray(0, written), consumed, bad };
}

function lineEnd(piece: Buffer, from: number): number | undefined {
  for (let at = from; at < piece.length; at += 1) if (piece[at] === lineFeed || piece[at] === carriageReturn) return at;
  return undefined;
}

/** The fields of one line of CSV, e.g. of a header. */
export function fieldsOf(line: string, delimiter: string): string[] {
  const fields: string[] = [];
  let field = '';
  let isQuoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const letter = line.charAt(at);
    if (isQuoted) {
      if (letter !== '"') field += letter;
      else if (line.charAt(at + 1) === '"') {
        field += '"';
        at += 1;
      } else isQuoted = false;
    } else if (letter === '"' && field === '') isQuoted = true;
    else if (letter === delimiter) {
      fields.push(field);
      field = '';
    } else field += letter;
  }
  fields.push(field);
  return fields;
}

/**
 * Which records of a piece are left when some were taken out: `left` counts among those that are left, `taken` and the answer among all, from 0, ascending.
 */
export function ordinalsAmongAll(left: readonly number[], taken: readonly number[]): number[] {
  let before = 0;
  return left.map((position) => {
    while (before < taken.length && taken[before]! <= position + before) before += 1;
    return position + before;
  });
}
