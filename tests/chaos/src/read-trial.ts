/** What is there when all is over: every record of the topics, the dead letters, the stored states, the marks in the world. */
import { existsSync, readFileSync } from 'node:fs';
import {
  createBus,
  kafkaLog,
  readDeadLetter,
  registrySource,
  type Decoded,
  type Log,
  type LogRecord,
} from '@muster/bus';
import { topicFor } from '@muster/schemas';
import { redisStateStore } from '@muster/state';
import { readStates, trialDeadLetters, trialTopics, type Trial } from '@muster/testkit';
import type { Stack } from '@muster/local-stack';

const readWithinMs = 60_000;

/** The agents must have ended: their states are taken from them. */
export async function readOutcome(
  { kafkaBrokers, schemaRegistryUrl, redisUrl }: Stack,
  effectsFile: string,
): Promise<Pick<Trial, 'records' | 'deadLetters' | 'states' | 'effects'>> {
  const log = kafkaLog({ brokers: kafkaBrokers.split(','), clientId: 'chaos-reader' });
  const bus = createBus({ log, schemas: registrySource(schemaRegistryUrl) });
  const store = redisStateStore({ url: redisUrl });
  try {
    const records: Decoded[] = [];
    for (const topic of trialTopics)
      for (const record of await readAll(log, topic)) records.push(await bus.decode(record));
    const deadLetters = await readAll(log, trialDeadLetters);
    const { partitions } = topicFor('muster.metrics.v1');
    return {
      records,
      deadLetters: deadLetters.map(readDeadLetter).filter((letter) => letter !== undefined),
      states: {
        teller: await readStates(store, { agent: 'teller', handler: 'samples', partitions }),
        foreman: await readStates(store, { agent: 'foreman', handler: 'work', partitions }),
      },
      effects: existsSync(effectsFile) ? readFileSync(effectsFile, 'utf8').trimEnd().split('\n').filter(Boolean) : [],
    };
  } finally {
    await Promise.all([bus.close(2_000), store.close()]);
  }
}

/** Every record of a topic, each partition in order. */
async function readAll(log: Log, topic: string): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  let give: (fault?: Error) => void = () => undefined;
  const whole = new Promise<void>((resolve, reject) => {
    give = (fault) => (fault === undefined ? resolve() : reject(fault));
  });
  const timer = setTimeout(
    () => give(new Error(`${topic} could not be read within ${readWithinMs / 1_000} s.`)),
    readWithinMs,
  );
  const following = await log.follow({
    topics: [topic],
    from: { at: 'beginning' },
    records: (batch) => void records.push(...batch.records),
    caughtUp: () => give(),
    lost: give,
  });
  try {
    await whole;
  } finally {
    clearTimeout(timer);
    await following.stop(2_000);
  }
  return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}
