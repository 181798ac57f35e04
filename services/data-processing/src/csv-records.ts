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

/** Of a bad record, this many bytes are kept. */
const mostKept = 8_000;

/** Cuts one piece, within the memory it is in: the piece is not to be used after that. Nothing is consumed when it holds no whole record. */
export function cutRecords(piece: Buffer, rules: RecordRules): CutPiece {
  const { quote, isLast, mustBeUtf8 } = rules;
  const hasReturns = piece.includes(carriageReturn);
  const lastEnd = Math.max(piece.lastIndexOf(lineFeed), hasReturns ? piece.lastIndexOf(carriageReturn) : -1);
  const end = isLast ? piece.length : lastEnd + 1;
  const whole = piece.subarray(0, end);
  const isText = !mustBeUtf8 || isUtf8(whole);
  // Lines are what they seem, but for quotes.
  const isEven = isText && !hasReturns && piece[0] !== lineFeed && !whole.includes('\n\n');
  const isPlain = isEven && end > 0 && piece[end - 1] === lineFeed && (quote === undefined || !whole.includes(quote));
  return isPlain ? { clean: whole, consumed: end, bad: [] } : cutWithCare(piece, rules, { isText, isEven });
}

function cutWithCare(
  piece: Buffer,
  rules: RecordRules,
  { isText, isEven }: { readonly isText: boolean; readonly isEven: boolean },
): CutPiece {
  const { quote, isLast } = rules;
  const bad: BadRecord[] = [];
  // What is kept moves to the front of the piece, as far as something before it was taken out.
  let written = 0;
  const keep = (from: number, to: number): void => {
    if (written !== from) piece.copyWithin(written, from, to);
    written += to - from;
  };
  let ordinal = 0;
  /** Where lines lie that no one has counted yet. */
  const uncounted: [number, number][] = [];
  const take = (from: number, to: number, reason: string): void => {
    for (const [begin, end] of uncounted.splice(0)) ordinal += linesIn(piece, begin, end);
    bad.push({ ordinal, reason, bytes: Buffer.from(piece.subarray(from, Math.min(to, from + mostKept))) });
    ordinal += 1;
  };
  let nextQuote = -1;
  let lacksEnd = false;
  let at = 0;
  while (at < piece.length) {
    if (isEven) {
      // All before the line of the next quote is taken at once.
      if (nextQuote < at) nextQuote = quote === undefined ? -1 : piece.indexOf(quote, at);
      if (nextQuote < 0) nextQuote = piece.length;
      const line = nextQuote === 0 ? 0 : piece.lastIndexOf(lineFeed, nextQuote - 1) + 1;
      if (line > at) {
        uncounted.push([written, written + line - at]);
        keep(at, line);
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
      take(at, next, broken);
    } else if (end > at) {
      if (!isText && !isUtf8(piece.subarray(at, end))) take(at, end, 'it is not UTF-8: say the charset of the source');
      else {
        lacksEnd = end === piece.length && written === at;
        keep(at, end);
        if (!lacksEnd) piece[written++] = lineFeed;
        ordinal += 1;
      }
    }
    at = Math.min(piece.length, next + (piece[next] === carriageReturn && piece[next + 1] === lineFeed ? 2 : 1));
  }
  const clean = piece.subarray(0, written);
  return { clean: lacksEnd ? Buffer.concat([clean, Buffer.of(lineFeed)]) : clean, consumed: at, bad };
}

function linesIn(piece: Buffer, from: number, to: number): number {
  let lines = 0;
  for (let at = piece.indexOf(lineFeed, from); at >= 0 && at < to; at = piece.indexOf(lineFeed, at + 1)) lines += 1;
  return lines;
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
