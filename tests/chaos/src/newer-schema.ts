/** A version of MetricSample that no build knows: one more field, with a default, as a newer producer would write it. */
import type { Bus, NewRecord } from '@muster/bus';
import { schemaOf, subjectOf } from '@muster/schemas';
import avsc from 'avsc';
import type { SampleMessage } from './sample.ts';

const headerBytes = 5;

/** Registers it, and gives what writes by it. */
export async function registerNewer(registryUrl: string, bus: Bus): Promise<(message: SampleMessage) => NewRecord> {
  const known = schemaOf('MetricSample') as { readonly fields: readonly object[] };
  const site = { name: 'site', type: 'string', default: '' };
  const schema = { ...known, fields: [...known.fields, site] };
  const response = await fetch(`${registryUrl}/subjects/${subjectOf('muster.metrics.v1')}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    // Apicurio takes a text "{}" for an object; an escaped brace is the same JSON.
    body: JSON.stringify({ schema: JSON.stringify(schema).replaceAll('"{}"', String.raw`"\u007b}"`) }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`The registry refuses the newer MetricSample: ${await response.text()}`);
  const { id } = (await response.json()) as { id: number };
  const type = avsc.Type.forSchema(schema as never);
  return (message) => {
    const { envelope, value } = message;
    const header = Buffer.alloc(headerBytes);
    header.writeUInt32BE(id, 1);
    const facts = { unit: '', labels: {}, category: 'PERFORMANCE', ...value, envelope, site: 'north' };
    return { ...bus.encode(message), value: Buffer.concat([header, type.toBuffer(facts)]) };
  };
}
