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
  const { quote, isLast } = rules;
  const clean = Buffer.allocUnsafe(piece.length + 1);
  const bad: BadRecord[] = [];
  // Where lines are what they seem, all before the line of the next quote is taken at once.
  const isEven = isText && quote !== undefined && !piece.includes(carriageReturn) && !piece.includes('\n\n');
  let nextQuote = -1;
  let written = 0;
  let ordinal = 0;
  let at = 0;
  while (at < piece.length) {
    if (isEven) {
      if (nextQuote < at) nextQuote = piece.indexOf(quote, at);
      if (nextQuote < 0) nextQuote = piece.length;
      const line = piece.lastIndexOf(lineFeed, nextQuote - 1) + 1;
      if (line > at) {
        piece.copy(clean, written, at, line);
        for (let feed = piece.indexOf(lineFeed, at); feed >= 0 && feed < line; feed = piece.indexOf(lineFeed, feed + 1))
          ordinal += 1;
        written += line - at;
        at = line;
        continue;
      }
    }
    const { end, broken, isEnded } = scanRecord(piece, at, rules);
    if (broken === undefined && !isEnded && !isLast) break;
    let next = end;
    if (broken !== undefined) {
      // Only the line is given up on: the next one may be well.
      const after = lineEnd(piece, at);
      if (after === undefined && !isLast) break;
      next = after ?? piece.length;
      bad.push({ ordinal, reason: broken, bytes: piece.subarray(at, next) });
      ordinal += 1;
    } else if (end > at) {
      if (!isText && !isUtf8(piece.subarray(at, end)))
        bad.push({ ordinal, reason: 'it is not UTF-8: say the charset of the source', bytes: piece.subarray(at, end) });
      else {
        written += piece.copy(clean, written, at, end);
        clean[written] = lineFeed;
        written += 1;
      }
      ordinal += 1;
    }
    at = Math.min(piece.length, next + (piece[next] === carriageReturn && piece[next + 1] === lineFeed ? 2 : 1));
  }
  return { clean: clean.subarray(0, written), consumed: at, bad };
}

interface Scanned {
  readonly end: number;
  /** Why it is no record. */
  readonly broken: string | undefined;
  /** A line end was found after it. */
  readonly isEnded: boolean;
}

function scanRecord(piece: Buffer, begin: number, { quote, delimiter, isLast, longest }: RecordRules): Scanned {
  let where = begins;
  let at = begin;
  for (; at < piece.length; at += 1) {
    if (where === quoted) {
      const close = piece.indexOf(quote!, at);
      at = close < 0 ? piece.length : close;
      if (at - begin > longest)
        return { end: at, broken: `a quote is opened and not closed within ${longest} bytes`, isEnded: false };
      where = closed;
      if (close < 0)
        return { end: at, broken: isLast ? 'a quote is opened and never closed' : undefined, isEnded: false };
      continue;
    }
    const byte = piece[at]!;
    if (byte === lineFeed || byte === carriageReturn) return { end: at, broken: undefined, isEnded: true };
    if (quote === undefined) continue;
    if (byte === delimiter) where = begins;
    else if (byte === quote) {
      if (where !== plain) where = quoted;
    } else if (where === closed) return { end: at, broken: 'text follows a closing quote', isEnded: false };
    else where = plain;
  }
  // Quoted to the very last byte: the quote opens there.
  const broken = where === quoted && isLast ? 'a quote is opened and never closed' : undefined;
  return { end: at, broken, isEnded: false };
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
