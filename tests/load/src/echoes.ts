/** What came out of the subject, or of its bare counterpart: one echo for each metric. */
import { randomUUID } from 'node:crypto';
import type { Bus, LogRecord, Outgoing } from '@muster/bus';

export interface Echo {
  /** Of the metric. */
  readonly key: string;
  readonly id: string;
  readonly partition: number;
  /** When the log took the echo in, epoch ms. */
  readonly at: number;
  /** From the log's taking the metric in to that. */
  readonly hopMs: number;
}

/** A metric for the subject: `micros` is what it costs, `how` whether that keeps the thread or only its key. */
export function metricFor(target: string, micros: number, how: 'busy' | 'waiting'): Outgoing<'muster.metrics.v1'> {
  const id = randomUUID();
  const at = Date.now();
  return {
    topic: 'muster.metrics.v1',
    value: { target, name: 'work', value: micros, unit: how, at },
    envelope: { id, time: at, source: 'bench', correlationId: id, causationId: null },
  };
}

/** Follows a topic from its present end on, and hands over what `read` makes of its records. */
export async function watchEchoes(
  bus: Bus,
  topic: string,
  read: (record: LogRecord) => Echo | undefined,
): Promise<{ take(): Echo[] }> {
  let echoes: Echo[] = [];
  await new Promise<void>((resolve, reject) => {
    bus.log
      .follow({
        topics: [topic],
        from: { at: 'end' },
        records({ records }) {
          for (const record of records) {
            const echo = read(record);
            if (echo !== undefined) echoes.push(echo);
          }
        },
        caughtUp: resolve,
        lost: reject,
      })
      .catch(reject);
  });
  return {
    take() {
      const taken = echoes;
      echoes = [];
      return taken;
    },
  };
}

/** The subject's answers. Alerts have as many partitions as metrics and the same keys, so an echo lies in the partition of its metric. */
export async function watchSubject(bus: Bus): Promise<{ take(): Echo[] }> {
  await bus.warm({ reads: ['muster.alerts.v1'], writes: ['muster.metrics.v1'] });
  return watchEchoes(bus, 'muster.alerts.v1', (record) => {
    const decoded = bus.decode(record);
    if (decoded instanceof Promise || decoded.kind !== 'message') return undefined;
    const { message } = decoded;
    if (message.topic !== 'muster.alerts.v1' || message.value.envelope.source !== 'bench-subject') return undefined;
    const { title: id, startsAt } = message.value;
    return {
      key: message.key,
      id,
      partition: record.partition,
      at: record.timestamp,
      hopMs: record.timestamp - startsAt,
    };
  });
}
