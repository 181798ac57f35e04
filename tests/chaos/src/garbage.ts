import type { NewRecord } from '@muster/bus';

/** Under the key of a good record, bytes that are none: noise, a value cut short, or one of a schema that nobody registered. */
export function garbage({ topic, key, value }: NewRecord, random: () => number): NewRecord {
  const bytes = Buffer.from(value ?? []);
  const kind = Math.floor(random() * 3);
  if (kind === 0) return { topic, key, value: bytes.map(() => Math.floor(random() * 256)).fill(0xff, 0, 1) };
  if (kind === 1) return { topic, key, value: bytes.subarray(0, Math.floor(bytes.length / 2)) };
  bytes.writeUInt32BE(2_000_000 + Math.floor(random() * 10), 1);
  return { topic, key, value: bytes };
}
