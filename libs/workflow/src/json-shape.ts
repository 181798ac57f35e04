/** The part of JSON Schema that inputs of capabilities and playbooks are checked against before anything runs. What it does not know, it lets pass. */
import { didYouMean } from '@muster/policy';
import { piecesOf } from './template.ts';

export interface JsonShape {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonShape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonShape;
  readonly items?: JsonShape;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

export interface Misfit {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** `typeOf` says the type of what an expression yields, where it is known. */
export function misfitsOf(
  value: unknown,
  shape: JsonShape,
  path: readonly (string | number)[],
  typeOf: (expression: string) => string | undefined = () => undefined,
): Misfit[] {
  const known = typeKnown(value, typeOf);
  const types = shape.type === undefined ? [] : [shape.type].flat();
  const name = path.at(-1) ?? 'it';
  if (known === undefined) return [];
  if (types.length > 0 && !types.some((type) => fits(known, type, value)))
    return [{ path, message: `${name} is ${known}, but must be ${types.join(' or ')}` }];
  if (isTemplate(value)) return [];
  if (shape.enum !== undefined && !shape.enum.some((each) => JSON.stringify(each) === JSON.stringify(value)))
    return [{ path, message: `${name} must be one of ${shape.enum.map((each) => JSON.stringify(each)).join(', ')}` }];
  if (shape.const !== undefined && JSON.stringify(shape.const) !== JSON.stringify(value))
    return [{ path, message: `${name} must be ${JSON.stringify(shape.const)}` }];
  if (Array.isArray(value)) {
    const { items } = shape;
    return items === undefined ? [] : value.flatMap((each, index) => misfitsOf(each, items, [...path, index], typeOf));
  }
  if (typeof value !== 'object' || value === null) return [];
  const { properties = {}, required = [], additionalProperties = true } = shape;
  const misfits: Misfit[] = required
    .filter((field) => !Object.hasOwn(value, field))
    .map((field) => ({ path, message: `${field} is missing` }));
  for (const [field, each] of Object.entries(value)) {
    const inner = Object.hasOwn(properties, field) ? properties[field] : additionalProperties;
    if (inner === false)
      misfits.push({
        path: [...path, field],
        message: `${field} is not asked for${didYouMean(field, Object.keys(properties))}`,
      });
    else if (typeof inner === 'object') misfits.push(...misfitsOf(each, inner, [...path, field], typeOf));
  }
  return misfits;
}

function isTemplate(value: unknown): value is string {
  return typeof value === 'string' && value.includes('${');
}

function typeKnown(value: unknown, typeOf: (expression: string) => string | undefined): string | undefined {
  if (isTemplate(value)) {
    const pieces = piecesOf(value);
    const [only] = pieces;
    if (pieces.length > 1 || only === undefined) return 'string';
    return 'expression' in only ? typeOf(only.expression) : 'string';
  }
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function fits(known: string, type: string, value: unknown): boolean {
  if (known === type || known === 'any') return true;
  // A declared number may be whole; only a written one is known not to be.
  return (known === 'integer' && type === 'number') || (known === 'number' && type === 'integer' && isTemplate(value));
}
