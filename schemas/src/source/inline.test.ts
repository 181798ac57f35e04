import { expect, it } from 'vitest';
import type { NamedSchema, RecordSchema } from './avro.ts';
import { selfContained } from './inline.ts';

const record = (
  name: string,
  uses: Record<string, number>,
  ...types: RecordSchema['fields'][number]['type'][]
): RecordSchema => ({
  type: 'record',
  name,
  namespace: 'muster',
  uses,
  fields: types.map((type, index) => ({ name: `f${index}`, type })),
});
const colour: NamedSchema = {
  type: 'enum',
  name: 'Colour',
  namespace: 'muster',
  symbols: ['UNKNOWN'],
  default: 'UNKNOWN',
};
const shared: Record<string, NamedSchema> = {
  'Colour 1': colour,
  'Colour 2': { ...colour, symbols: ['UNKNOWN', 'RED'] },
  'Paint 1': record('Paint', { Colour: 1 }, 'Colour', { type: 'array', items: 'Colour' }),
};
const resolve = (schema: RecordSchema): RecordSchema =>
  selfContained(schema, (name, version) => shared[`${name} ${version}`]);

it('puts the pinned version of a shared definition where it is named first, and leaves later names', () => {
  const wall = record('Wall', { Colour: 2 }, ['null', 'Colour'], { type: 'map', values: 'Colour' }, 'string');
  expect(resolve(wall)).toEqual({
    type: 'record',
    name: 'Wall',
    namespace: 'muster',
    fields: [
      { name: 'f0', type: ['null', { type: 'enum', name: 'Colour', symbols: ['UNKNOWN', 'RED'], default: 'UNKNOWN' }] },
      { name: 'f1', type: { type: 'map', values: 'Colour' } },
      { name: 'f2', type: 'string' },
    ],
  });
});

it('follows shared definitions into shared definitions, each with its own pins', () => {
  const [paint, colourAgain] = resolve(record('Wall', { Paint: 1 }, 'Paint', 'Colour')).fields;
  expect(paint!.type).toMatchObject({
    name: 'Paint',
    fields: [{ type: { name: 'Colour' } }, { type: { items: 'Colour' } }],
  });
  expect(paint!.type).not.toHaveProperty('uses');
  expect(colourAgain!.type).toBe('Colour');
});

it('refuses a name that is not pinned', () => {
  expect(() => resolve(record('Wall', {}, 'Colour'))).toThrow(
    'Wall names Colour, which it neither defines before nor pins: add "Colour" to "uses".',
  );
});

it('refuses a version that does not exist', () => {
  expect(() => resolve(record('Wall', { Colour: 3 }, 'Colour'))).toThrow('Wall uses Colour 3, which does not exist.');
});
