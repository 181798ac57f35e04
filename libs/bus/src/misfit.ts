/** Says where a value does not fit its Avro schema. Looked for only when it is known that it does not. */
import { inspect } from 'node:util';
import type { types, Type } from 'avsc';

type Fields = Readonly<Record<string, unknown>>;

/** The first misfit as a sentence naming the field, what was expected and what was there; undefined: it fits. */
export function misfitOf(type: Type, value: unknown, path: string): string | undefined {
  if (type.isValid(value, { noUndeclaredFields: true })) return undefined;
  const part = partOf(type);
  if (part.typeName === 'record' && isFields(value)) return inRecord(part as types.RecordType, value, path);
  if (part.typeName === 'array' && Array.isArray(value)) {
    const { itemsType } = part as types.ArrayType;
    return first(value.entries(), ([index, item]) => misfitOf(itemsType, item, `${path}[${index}]`));
  }
  if (part.typeName === 'map' && isFields(value)) {
    const valuesType = (part as types.MapType).valuesType as Type;
    return first(Object.entries(value), ([key, item]) => misfitOf(valuesType, item, `${path}[${key}]`));
  }
  return `${path}: expected ${inWords(type)}, got ${shown(value)}`;
}

function inRecord({ fields }: types.RecordType, value: Fields, path: string): string | undefined {
  const names = fields.map(({ name }) => name);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) return `${path} has no field ${unknown}; did you mean ${nearest(unknown, names)}?`;
  return first(fields, (field) => {
    const isLeftOut = value[field.name] === undefined && field.defaultValue() !== undefined;
    return isLeftOut ? undefined : misfitOf(field.type, value[field.name], `${path}.${field.name}`);
  });
}

/** The one type a nullable value has when it is not null. */
function partOf(type: Type): Type {
  const others = isUnion(type) ? type.types.filter(({ typeName }) => typeName !== 'null') : [type];
  return others.length === 1 ? others[0]! : type;
}

function inWords(type: Type): string {
  if (isUnion(type)) return type.types.map(inWords).join(' or ');
  switch (type.typeName) {
    case 'boolean':
      return 'true or false';
    case 'int':
      return 'a whole number of 32 bits';
    case 'long':
      return 'a whole number up to 2^53';
    case 'float':
    case 'double':
      return 'a number';
    case 'string':
      return 'text';
    case 'bytes':
    case 'fixed':
      return 'bytes';
    case 'array':
      return 'a list';
    case 'map':
      return 'a map';
    case 'enum':
      return `one of ${(type as types.EnumType).symbols.join(', ')}`;
    case 'null':
      return 'null';
    default:
      return 'an object';
  }
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? JSON.stringify(value) : inspect(value, { depth: 1, breakLength: Infinity });
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

const isUnion = (type: Type): type is types.UnwrappedUnionType => type.typeName.startsWith('union');

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function first<T>(items: Iterable<T>, find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The candidate that shares most pairs of neighbouring letters with the name (Dice's coefficient). */
function nearest(name: string, candidates: readonly string[]): string {
  const pairs = (word: string) => new Set(Array.from(word, (_, i) => word.slice(i, i + 2).toLowerCase()));
  const wanted = pairs(name);
  const likeness = (candidate: string) => {
    const own = pairs(candidate);
    return [...wanted].filter((pair) => own.has(pair)).length / (wanted.size + own.size);
  };
  return candidates.reduce((best, candidate) => (likeness(candidate) > likeness(best) ? candidate : best));
}
