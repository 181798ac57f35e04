/**
 * Walks over an Avro value's bytes before they are decoded: they must hold exactly one value of the writer's schema and break
 * no rule of `validity.ts`. The Avro library trusts counts and lengths it reads (a count of 2^50 in a message of 20
 * bytes keeps it busy for ever) and can't say which field is at fault; this walk can, and costs about a third of the decoding.
 */
import type { types, Type } from 'avsc';
import { fail, MalformedError, readLong, readSafeLong, skip } from './byte-scan.ts';
import type { Scan } from './byte-scan.ts';
import { MAX_MAP_ENTRIES, MAX_TEXT_BYTES, timeFault } from './validity.ts';
import type { ReferenceClock } from './validity.ts';

/** @throws MalformedError when the bytes from `from` on are not exactly one valid value */
export type ByteCheck = (bytes: Uint8Array, from: number, clock: ReferenceClock) => void;

/** Moves the scan over one value. */
type Check = (scan: Scan) => void;

/** What a place in a message is, where more is asked of it than its type: a time is near the clock's, an id is not empty. */
type Role = 'message' | 'envelope' | 'time' | 'id';

const ROLES: Readonly<Partial<Record<Role, Readonly<Record<string, Role>>>>> = {
  message: { envelope: 'envelope', at: 'time' },
  envelope: { id: 'id', time: 'time' },
};

/** Compiles the walk for a schema; the record's own `at` and its envelope's time are held against the clock. */
export function byteCheck(type: Type): ByteCheck {
  const check = checkOf(type, new Map(), 'message');
  const recordName = nameOf(type);
  return (bytes, from, clock) => {
    const scan = { bytes, end: bytes.length, clock, at: from };
    try {
      check(scan);
    } catch (error) {
      throw under(recordName, error);
    }
    const rest = scan.end - scan.at;
    if (rest > 0) throw new MalformedError(recordName, `is followed by ${rest} bytes that don't belong to it`);
  };
}

function checkOf(type: Type, compiled: Map<Type, Check>, role?: Role): Check {
  switch (type.typeName) {
    case 'null':
      return () => {};
    case 'boolean':
      return booleanCheck;
    case 'int':
      return intCheck;
    case 'long':
      return role === 'time' ? timeCheck : longCheck;
    case 'float':
      return (scan) => finiteCheck(scan, 4, 0x80);
    case 'double':
      return (scan) => finiteCheck(scan, 8, 0xf0);
    case 'bytes':
      return (scan) => skip(scan, readLong(scan));
    case 'string':
      return role === 'id' ? idCheck : textCheck;
    case 'fixed':
      return fixedCheck((type as types.FixedType).size);
    case 'enum':
      return enumCheck((type as types.EnumType).symbols.length);
    case 'array':
      return blocksCheck(checkOf((type as types.ArrayType).itemsType, compiled));
    case 'map':
      return mapCheck(checkOf((type as types.MapType).valuesType as Type, compiled));
    case 'record':
      return recordCheck(type as types.RecordType, compiled, role);
    default:
      return unionCheck((type as types.UnwrappedUnionType).types.map((branch) => checkOf(branch, compiled, role)));
  }
}

function recordCheck(type: types.RecordType, compiled: Map<Type, Check>, role: Role | undefined): Check {
  const known = compiled.get(type);
  if (known && role === undefined) return known;
  const names = type.fields.map(({ name }) => name);
  const checks: Check[] = [];
  const check: Check = (scan) => {
    let field = 0;
    try {
      for (; field < checks.length; field++) checks[field]!(scan);
    } catch (error) {
      throw under(`.${names[field]}`, error);
    }
  };
  if (role === undefined) compiled.set(type, check);
  const roles = role && ROLES[role];
  for (const { name, type: fieldType } of type.fields) checks.push(checkOf(fieldType, compiled, roles?.[name]));
  return check;
}

const booleanCheck: Check = (scan) => {
  const from = scan.at;
  skip(scan, 1);
  if (scan.bytes[from]! > 1) fail('is neither true nor false');
};

const intCheck: Check = (scan) => {
  const value = readLong(scan);
  if (value !== (value | 0)) fail('is not a whole number of 32 bits');
};

const longCheck: Check = (scan) => void readSafeLong(scan);

const timeCheck: Check = (scan) => {
  const fault = timeFault(readSafeLong(scan), scan.clock);
  if (fault !== undefined) fail(fault);
};

/** The exponent's bits are all set in infinities and NaN. */
function finiteCheck(scan: Scan, size: number, exponentLow: number): void {
  skip(scan, size);
  const { bytes, at } = scan;
  if ((bytes[at - 1]! & 0x7f) === 0x7f && (bytes[at - 2]! & exponentLow) === exponentLow)
    fail('is NaN or Infinity, not a finite number; leave a missing value out');
}

const textCheck: Check = (scan) => {
  const length = readLong(scan);
  if (length > MAX_TEXT_BYTES && length <= scan.end - scan.at) {
    fail(`is a text of ${length} bytes (limit ${MAX_TEXT_BYTES})`);
  }
  skip(scan, length);
};

const idCheck: Check = (scan) => {
  const from = scan.at;
  textCheck(scan);
  if (scan.at === from + 1) fail('is empty; messages with equal ids are taken for the same message');
};

const fixedCheck =
  (size: number): Check =>
  (scan) =>
    skip(scan, size);

const enumCheck =
  (symbols: number): Check =>
  (scan) => {
    const symbol = readLong(scan);
    if (symbol < 0 || symbol >= symbols) fail(`is symbol ${symbol} of an enum that has ${symbols}`);
  };

const unionCheck =
  (branches: readonly Check[]): Check =>
  (scan) => {
    const branch = readLong(scan);
    const check = branches[branch];
    if (check === undefined) return fail(`is of type ${branch} in a union of ${branches.length}`);
    check(scan);
  };

const mapCheck = (value: Check): Check =>
  blocksCheck((scan) => {
    const from = scan.at + 1;
    textCheck(scan);
    if (scan.at - from === PROTO.length && PROTO.equals(scan.bytes.subarray(from, scan.at)))
      fail('is keyed __proto__, which is not allowed');
    value(scan);
  }, MAX_MAP_ENTRIES);

/** As a key of a JavaScript object it is not an entry. */
const PROTO = Buffer.from('__proto__');

/** Arrays and maps: blocks of a count and as many items, a negative count being followed by the block's size; a count of 0 ends. */
function blocksCheck(item: Check, limit = Infinity): Check {
  return (scan) => {
    let index = 0;
    for (let count = readLong(scan); count !== 0; count = readLong(scan)) {
      const size = count < 0 ? readLong(scan) : undefined;
      const from = scan.at;
      const end = index + Math.abs(count);
      if (end > limit) fail(`has ${end} entries (limit ${limit})`);
      if (Math.abs(count) > scan.end - from)
        fail(`claims ${Math.abs(count)} entries, and only ${scan.end - from} bytes are left`);
      try {
        for (; index < end; index++) item(scan);
      } catch (error) {
        throw under(`[${index}]`, error);
      }
      if (size !== undefined && scan.at - from !== size)
        fail(`has a block of ${scan.at - from} bytes that claims ${size}`);
    }
  };
}

const under = (name: string, error: unknown): unknown =>
  error instanceof MalformedError ? new MalformedError(name + error.path, error.fault) : error;

const nameOf = (type: Type): string => (type.name ?? type.typeName).replace(/^.*\./, '');
