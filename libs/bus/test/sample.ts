/** Messages and records for tests of what stands above the log. */
import avsc from 'avsc';
import { schemaOf } from '@muster/schemas';
import type { Envelope, MetricSampleInput } from '@muster/schemas';
import { createBus } from '../src/create-bus.ts';
import type { LogRecord } from '../src/log.ts';
import { memoryLog } from '../src/memory-log.ts';
import { memorySchemaSource } from '../src/schema-source.ts';

export const NOW = Date.UTC(2026, 5, 15, 12);
export const METRICS = 'muster.metrics.v1';

export const envelope: Envelope = {
  id: 'message-1',
  time: NOW,
  source: 'shop',
  correlationId: 'correlation-1',
  causationId: null,
};

export const sample: MetricSampleInput = {
  target: 'shop',
  name: 'latency_ms',
  value: 12.5,
  labels: { route: '/cart' },
  at: NOW,
};

/** As another producer may write it: any Avro value, in wire format, unchecked. */
export function foreignBytes(schemaId: number, value: object, schema: object = schemaOf('MetricSample')): Buffer {
  const type = avsc.Type.forSchema(schema as never);
  const header = Buffer.alloc(5);
  header.writeInt32BE(schemaId, 1);
  return Buffer.concat([header, type.toBuffer(value)]);
}

export const recordOf = (value: Uint8Array | null, rest: Partial<LogRecord> = {}): LogRecord => ({
  topic: METRICS,
  partition: 3,
  offset: 42,
  timestamp: NOW,
  key: Buffer.from('shop/latency_ms'),
  value,
  headers: {},
  ...rest,
});

/** A bus in memory with metrics warmed, and the id of their schema. */
export async function sampleBus() {
  const schemas = memorySchemaSource();
  const log = memoryLog();
  const bus = createBus({ log, schemas, clock: () => NOW });
  await bus.warm({ reads: [METRICS], writes: [METRICS] });
  return { bus, log, schemas, schemaId: schemas.add(schemaOf('MetricSample')) };
}
