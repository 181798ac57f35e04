/** Publishes records of a text: all that are right, each that is wrong named. */
import type { Client, PublishOptions } from '@muster/client';
import { messageOf } from '@muster/resilience';
import type { TopicName } from '@muster/schemas';
import type { RecordLine } from './json-records.ts';

export interface PublishCount {
  readonly published: number;
  readonly failed: number;
}

export interface BadLine {
  readonly line: number;
  readonly reason: string;
}

/** Sent at the same time; what is in one tick shares requests. */
const AT_ONCE = 500;

/** Resolves when every record was stored or named to `bad`. */
export async function publishLines(
  client: Pick<Client, 'publish'>,
  topic: TopicName,
  lines: AsyncIterable<RecordLine>,
  bad: (line: BadLine) => void,
): Promise<PublishCount> {
  let published = 0;
  let failed = 0;
  const fail = (line: number, reason: string) => {
    failed += 1;
    bad({ line, reason });
  };
  const send = async ({ line, record }: { line: number; record: unknown }) => {
    try {
      const { value, options } = unwrapped(record);
      await client.publish(topic, value as never, options);
      published += 1;
    } catch (error) {
      fail(line, messageOf(error));
    }
  };
  let batch: Promise<void>[] = [];
  for await (const item of lines) {
    if (item.kind === 'bad') fail(item.line, item.reason);
    else batch.push(send(item));
    if (batch.length < AT_ONCE) continue;
    await Promise.all(batch);
    batch = [];
  }
  await Promise.all(batch);
  return { published, failed };
}

/** A record that was read from a topic has its envelope, or what `tail --json` puts around it: it is published with the same id. */
function unwrapped(record: unknown): { readonly value: unknown; readonly options: PublishOptions } {
  if (!isObject(record)) return { value: record, options: {} };
  const inner = isObject(record['record']) && 'offset' in record ? record['record'] : record;
  const { envelope, ...value } = inner;
  return isObject(envelope) ? { value, options: envelope } : { value: inner, options: {} };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
