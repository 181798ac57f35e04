/** A process of its own for the throughput benchmark: bare kafkajs and avsc, nothing else. Prints the rate in messages/s. */
import { schemaOf } from '@muster/schemas';
import avro from 'avsc';
import { Kafka, logLevel } from 'kafkajs';

const [brokers = '', topic = '', expected = '0'] = process.argv.slice(2);
const type = avro.Type.forSchema(schemaOf('MetricSample') as avro.Schema);
const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'bare', logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({ groupId: `bare-${Date.now()}`, maxBytesPerPartition: 1_048_576 });
let count = 0;
let sum = 0;
let startedAt = 0;
let cpuAtStart = process.cpuUsage();
await consumer.connect();
await consumer.subscribe({ topics: [topic], fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: true,
  eachBatch: ({ batch }) => {
    if (startedAt === 0) {
      startedAt = performance.now();
      cpuAtStart = process.cpuUsage();
    }
    for (const { value } of batch.messages) {
      if (value === null) continue;
      const sample = type.fromBuffer(value.subarray(5)) as { value: number };
      sum += sample.value;
      count += 1;
    }
    if (count >= Number(expected)) {
      const seconds = (performance.now() - startedAt) / 1_000;
      const { user, system } = process.cpuUsage(cpuAtStart);
      process.stdout.write(JSON.stringify({ rate: count / seconds, cpuMicros: (user + system) / count, sum }));
      process.exit(0);
    }
    return Promise.resolve();
  },
});
