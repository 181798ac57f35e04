/** A process of its own for the comparison of Kafka clients: one client, one task. Prints what it measured as JSON. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { kafkaClientNamed, kafkaLog, type Assignment, type Log, type Membership, type NewRecord } from '@muster/bus';
import { percentiles } from './percentiles.ts';

const [clientName, task = '', brokers = '', topic = '', amount = '0', seconds = '0'] = process.argv.slice(2);
const client = kafkaClientNamed(clientName);
const count = Number(amount);
const group = `bench-${client}-${process.pid}`;
const bytes = 200;
const partitions = 12;
const logs: Log[] = [];

function connect(name: string): Log {
  const log = kafkaLog({ client, brokers: brokers.split(','), clientId: `${group}-${name}` });
  logs.push(log);
  return log;
}

interface Joined {
  readonly membership: Membership;
  /** Resolves when an assignment of so many partitions holds. */
  holds(count: number): Promise<void>;
}

async function join(
  log: Log,
  from: 'beginning' | 'end',
  records: (values: readonly { readonly value: Uint8Array | null }[]) => void,
): Promise<Joined> {
  let held: Assignment | undefined;
  const waiting = new Set<() => void>();
  const membership = await log.join({
    group,
    topics: [topic],
    listener: {
      assigned: (assignment) => {
        held = assignment;
        setImmediate(() => waiting.forEach((look) => look()));
        return Promise.resolve(assignment.topicPartitions.map((of) => ({ ...of, at: from })));
      },
      revoked: () => (held = undefined),
      records: (batch) => records(batch.records),
      lost(fault) {
        throw fault;
      },
    },
  });
  return {
    membership,
    holds: (wanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (held?.partitions.length !== wanted) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

const recordOf = (index: number, value: Uint8Array): NewRecord => ({ topic, key: `key-${index % 1_000}`, value });
const cpuMicros = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return user + system;
};

/** Records at an even rate, each appended alone; how long until each was handed over. */
async function latency(): Promise<object> {
  const took: number[] = [];
  const consumer = await join(connect('consumer'), 'end', (records) => {
    const now = performance.now();
    for (const { value } of records) if (value) took.push(now - Buffer.from(value).readDoubleBE());
  });
  await consumer.holds(partitions);
  // Only then it is settled where the end is that it starts at.
  while (consumer.membership.deliveredThrough === 0) await sleep(20);
  const producer = connect('producer');
  const send = async (index: number): Promise<void> => {
    const value = Buffer.alloc(bytes);
    value.writeDoubleBE(performance.now());
    await producer.append([recordOf(index, value)]);
  };
  const run = async (total: number): Promise<void> => {
    const before = took.length;
    const startedAt = performance.now();
    for (let sent = 0; sent < total; await sleep(5)) {
      const due = Math.min(total, ((performance.now() - startedAt) / 1_000) * count);
      for (; sent < due; sent += 1) void send(sent);
    }
    const until = performance.now() + 15_000;
    while (took.length < before + total && performance.now() < until) await sleep(5);
    if (took.length < before + total)
      throw new Error(`${before + total - took.length} of ${total} records did not come`);
  };
  await run(count * 2);
  took.length = 0;
  const cpu = process.cpuUsage();
  await run(count * Number(seconds));
  return { ...percentiles(took), cpuMicros: cpuMicros(cpu) / took.length };
}

/** All records of the topic, from the first answer to the last record. */
async function consume(): Promise<object> {
  let seen = 0;
  let startedAt = 0;
  let cpu = process.cpuUsage();
  const done = Promise.withResolvers<void>();
  await join(connect('consumer'), 'beginning', (records) => {
    if (seen === 0) {
      startedAt = performance.now();
      cpu = process.cpuUsage();
    }
    seen += records.length;
    if (seen >= count) done.resolve();
  });
  await done.promise;
  return { rate: (seen / (performance.now() - startedAt)) * 1_000, cpuMicros: cpuMicros(cpu) / seen };
}

/** Appends of 100 records, eight under way, as an agent with several partitions does. */
async function produce(): Promise<object> {
  const log = connect('producer');
  const value = Buffer.alloc(bytes, 'v');
  const perAppend = 100;
  const run = async (total: number): Promise<void> => {
    let sent = 0;
    const worker = async (): Promise<void> => {
      while (sent < total) {
        const from = sent;
        sent += perAppend;
        await log.append(Array.from({ length: perAppend }, (_, offset) => recordOf(from + offset, value)));
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
  };
  await run(10_000);
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await run(count);
  return { rate: (count / (performance.now() - startedAt)) * 1_000, cpuMicros: cpuMicros(cpu) / count };
}

/** A member without anything to read. */
async function idle(): Promise<object> {
  const member = await join(connect('consumer'), 'end', () => undefined);
  await member.holds(partitions);
  await connect('producer').append([recordOf(0, Buffer.alloc(bytes))]);
  await sleep(3_000);
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const wakeUps: number[] = [];
  // Second by second, because a garbage collection in steps wakes the loop a thousand times and says nothing of the client.
  for (let second = 0; second < Number(seconds); second += 1) {
    const before = performance.nodeTiming.uvMetricsInfo.loopCount;
    await sleep(1_000);
    wakeUps.push(performance.nodeTiming.uvMetricsInfo.loopCount - before);
  }
  const elapsed = (performance.now() - startedAt) / 1_000;
  return {
    share: cpuMicros(cpu) / elapsed / 10_000,
    wakeUps: percentiles(wakeUps).p50,
    megabytes: process.memoryUsage.rss() / 1e6,
  };
}

/** A second member joins and leaves: from the call until both, or the one that stays, hold what is theirs. */
async function rebalance(): Promise<object> {
  const stayer = await join(connect('stayer'), 'end', () => undefined);
  await stayer.holds(partitions);
  const joins: number[] = [];
  const leaves: number[] = [];
  for (let round = 0; round < count; round += 1) {
    const joinedAt = performance.now();
    const guest = await join(connect(`guest-${round}`), 'end', () => undefined);
    await Promise.all([stayer.holds(partitions / 2), guest.holds(partitions / 2)]);
    joins.push(performance.now() - joinedAt);
    await sleep(500);
    const leftAt = performance.now();
    void guest.membership.leave(5_000);
    await stayer.holds(partitions);
    leaves.push(performance.now() - leftAt);
    await sleep(500);
  }
  return { join: percentiles(joins), leave: percentiles(leaves) };
}

const tasks: Readonly<Record<string, () => Promise<object>>> = { latency, consume, produce, idle, rebalance };
const measured = await tasks[task]!();
if (!process.stdout.write(JSON.stringify(measured))) await once(process.stdout, 'drain');
await Promise.all(logs.map((log) => log.close(3_000)));
process.exit(0);
