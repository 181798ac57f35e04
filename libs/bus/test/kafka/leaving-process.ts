/** A process that uses a log in every way and closes it: it must end by itself. `argv`: client, brokers, client id, topic, group. */
import { kafkaLog } from '../../src/kafka-log.ts';
import type { KafkaClient } from '../../src/kafka-log.ts';

const [client, brokers, clientId, topic, group] = process.argv.slice(2) as [
  KafkaClient,
  string,
  string,
  string,
  string,
];
const log = kafkaLog({
  client,
  brokers: brokers.split(','),
  clientId,
  requestTimeoutMs: 1_000,
  deliveryTimeoutMs: 2_000,
});
const listener = {
  assigned: () => Promise.resolve([]),
  revoked: () => undefined,
  records: () => undefined,
  lost: () => undefined,
};
await log.join({ group, topics: [topic], listener });
const following = log
  .follow({ topics: [topic], from: { at: 'beginning' }, records: () => undefined, lost: () => undefined })
  .catch(() => undefined);
await log.append([{ topic, key: 'k', value: Buffer.from('v') }]).catch(() => undefined);
await log.close(3_000);
await following;
process.stdout.write('closed');
