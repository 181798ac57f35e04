/** Reads Avro's numbers and lengths from bytes, and never beyond their end. */
import type { ReferenceClock } from './validity.ts';

/** Says which field is at fault, and what is wrong with it. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
  readonly path: string;
  readonly fault: string;

  constructor(path: string, fault: string) {
    super(`${path} ${fault}`);
    this.path = path;
    this.fault = fault;
  }
}

export interface Scan {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly clock: ReferenceClock;
  at: number;
}

export function skip(scan: Scan, length: number): void {
  if (length < 0) fail(`has a length of ${length}`);
  if (length > scan.end - scan.at) fail('is cut off: the value ends within it');
  scan.at += length;
}

/** A variable-length zigzag number. Exact up to 2^53, roughly right above. */
export function readLong(scan: Scan): number {
  const { bytes, end } = scan;
  let { at } = scan;
  if (at >= end) fail('is cut off: the value ends before it');
  const first = bytes[at++]!;
  let zigzag = first & 0x7f;
  for (let byte = first, scale = 128; byte > 0x7f; scale *= 128) {
    if (at >= end) fail('is cut off: the value ends within it');
    if (at - scan.at === 10) fail('is a number of more than 64 bits');
    byte = bytes[at++]!;
    zigzag += (byte & 0x7f) * scale;
  }
  scan.at = at;
  return (first & 1) === 0 ? zigzag / 2 : -Math.floor(zigzag / 2) - 1;
}

/** Below -2^52 the library's arithmetic is not exact; above 2^53 JavaScript's is not. */
export function readSafeLong(scan: Scan): number {
  const value = readLong(scan);
  if (value > Number.MAX_SAFE_INTEGER || value < -(2 ** 52)) {
    fail('is a whole number beyond 2^53, which would lose digits; send it as text or in a larger unit');
  }
  return value;
}

export function fail(fault: string): never {
  throw new MalformedError('', fault);
}
