import type { Decoded, LogRecord } from '@muster/bus';
import type { GlobalOptions } from './addresses.ts';
import { interruption } from './invocation.ts';
import { knownTopic } from './known-topic.ts';
import { messageLine, removalLine } from './message-line.ts';
import { parseFrom } from './moment.ts';
import { recordCondition } from './record-condition.ts';
import { withBus } from './session.ts';
import { tailTopic } from './tail.ts';
import type { Terminal } from './terminal.ts';

interface TailOptions extends GlobalOptions {
  readonly from: string;
  readonly where?: string;
  readonly limit?: number;
}

/** Prints the messages of a topic until the limit is reached or the person has seen enough. */
export async function showTail(name: string, options: TailOptions, terminal: Terminal): Promise<void> {
  const { json = false, where, limit = Infinity } = options;
  const topic = knownTopic(name);
  const from = parseFrom(options.from, Date.now());
  let isTold = false;
  const holds =
    where === undefined
      ? () => true
      : recordCondition(topic, where, (sentence) => {
          // A label that a record does not have is no match and no mistake.
          if (!isTold && !sentence.includes('No such key')) terminal.say(`Passed over: ${sentence}.`);
          isTold = true;
        });
  const stopping = interruption();
  const enough = new AbortController();
  const signal = AbortSignal.any([stopping.signal, enough.signal]);
  let shown = 0;
  const show = async (line: string) => {
    await terminal.print(line);
    shown += 1;
    if (shown >= limit) enough.abort();
  };
  const entry = async (decoded: Decoded, record: LogRecord) => {
    const { partition, offset, timestamp } = record;
    if (decoded.kind === 'invalid') {
      terminal.say(`Partition ${partition}, offset ${offset} is no message of the topic: ${decoded.reason}`);
    } else if (decoded.kind === 'tombstone') {
      if (where !== undefined) return;
      const { key } = decoded;
      const place = { topic, partition, offset, timestamp, key, record: null };
      await show(json ? JSON.stringify(place) : removalLine(key, timestamp, { ...terminal, now: Date.now() }));
    } else if (holds(decoded.message.value)) {
      const { headers: _, value, ...place } = decoded.message;
      await show(
        json
          ? JSON.stringify({ ...place, record: value })
          : messageLine(decoded.message, { ...terminal, now: Date.now() }),
      );
    }
  };

  try {
    await withBus(options, async (bus) => {
      const reading = `${topic}${from === 'end' ? ' from now on' : ''}`;
      if (!json) terminal.say(terminal.colours.dim(`Reading ${reading}; Ctrl-C ends it.`));
      await bus.warm({ reads: [topic], writes: [] });
      const start = typeof from === 'number' ? ({ at: 'time', time: from } as const) : { at: from };
      await tailTopic(bus, { topic, from: start, signal, entry });
    });
  } finally {
    stopping.release();
  }
}
