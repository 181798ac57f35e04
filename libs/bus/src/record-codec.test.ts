import { schemaOf } from '@muster/schemas';
import { describe, expect, test } from 'vitest';
import { envelope, foreignBytes, METRICS, NOW, recordOf, sample, sampleBus } from '../test/sample.ts';

const { bus, schemas, schemaId } = await sampleBus();
const full = { ...sample, envelope };

describe('reads other versions', () => {
  type Schema = { fields: { name: string; type: unknown; default?: unknown }[] };
  const variant = (change: (schema: Schema) => void) => {
    const schema = structuredClone(schemaOf('MetricSample')) as Schema;
    change(schema);
    return { schema, id: schemas.add(schema) };
  };

  test('an older one, without a field that has a default; first awaited, then at once', async () => {
    const { schema, id } = variant(({ fields }) =>
      fields.splice(
        fields.findIndex(({ name }) => name === 'unit'),
        1,
      ),
    );
    const record = recordOf(foreignBytes(id, full, schema));
    const first = bus.decode(record);
    expect(first).toBeInstanceOf(Promise);
    expect(await first).toMatchObject({ kind: 'message', message: { value: { unit: '', value: 12.5, at: NOW } } });
    expect(bus.decode(record)).toEqual(await first);
  });

  test('a newer one, with fields and records this build does not know', async () => {
    const { schema, id } = variant(({ fields }) =>
      fields.splice(1, 0, {
        name: 'exemplars',
        type: {
          type: 'array',
          items: { type: 'record', name: 'Exemplar', fields: [{ name: 'trace', type: 'string' }] },
        },
      }),
    );
    const value = { ...full, exemplars: [{ trace: 'a' }, { trace: 'b' }] };
    const decoded = await bus.decode(recordOf(foreignBytes(id, value, schema)));
    expect(decoded).toMatchObject({ kind: 'message', message: { value: { target: 'shop', value: 12.5, at: NOW } } });
    expect(decoded).not.toHaveProperty('message.value.exemplars');
  });

  test('a newer one, with an enum symbol this build does not know', async () => {
    const { schema, id } = variant(({ fields }) => {
      const category = fields.find(({ name }) => name === 'category')!.type as { symbols: string[] };
      category.symbols.push('QUANTUM');
    });
    const record = recordOf(foreignBytes(id, { ...full, category: 'QUANTUM' }, schema));
    expect(await bus.decode(record)).toMatchObject({ message: { value: { category: 'UNKNOWN' } } });
  });

  test('but not one that lacks what has no default', async () => {
    const { schema, id } = variant(({ fields }) =>
      fields.splice(
        fields.findIndex(({ name }) => name === 'target'),
        1,
      ),
    );
    expect(await bus.decode(recordOf(foreignBytes(id, full, schema)))).toHaveProperty(
      'reason',
      `${METRICS}: MetricSample can't be read from schema ${id}: no matching field for default-less muster.MetricSample.target`,
    );
  });
});

test('never throws and never hangs, whatever the bytes', async () => {
  let state = 2026;
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const valid = foreignBytes(schemaId, full);
  let messages = 0;
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(valid);
    if (round % 2 === 0) for (let i = 5; i < bytes.length; i++) bytes[i] = random(256);
    else for (let changes = 1 + random(3); changes > 0; changes--) bytes[5 + random(bytes.length - 5)] = random(256);
    const decoded = await bus.decode(recordOf(bytes.subarray(0, 5 + random(bytes.length))));
    if (decoded.kind === 'message') messages++;
    else
      expect(decoded).toMatchObject({
        kind: 'invalid',
        reason: expect.stringMatching(/^muster\.metrics\.v1: MetricSample/) as string,
      });
  }
  for (let round = 0; round < 2_000; round++) {
    const noise = Uint8Array.from({ length: random(60) }, () => random(256));
    expect(await bus.decode(recordOf(noise))).toMatchObject({ kind: 'invalid' });
  }
  expect(messages).toBeLessThan(2_000);
});
