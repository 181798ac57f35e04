import { kafkaLog, type LogAdmin, type TopicPartition } from '@muster/bus';
import { brokersOf } from '@muster/targets';
import { hostOf } from './conversation.ts';
import { fail, pass, warn, type CheckInput, type Finding } from './finding.ts';

const usualMostLag = 10_000;
const mostNamed = 5;

/**
 * Asks the brokers how the cluster is: brokers, controller, topics, replicas, and how far behind a group is. Over connections of its own that are closed
 * when it ends or is given up. By the client that names partitions nobody leads; kafkajs has one error for all of them.
 */
export async function checkKafka({ check, address, signal }: CheckInput): Promise<Finding> {
  const brokers = brokersOf(address).map((broker) => hostOf(broker, 9_092).place);
  const log = kafkaLog({ client: 'platformatic', brokers, clientId: 'muster-health-check' });
  const close = (): void => void log.close(1_000).catch(() => undefined);
  signal.addEventListener('abort', close, { once: true });
  try {
    return await judgeKafka(log.admin, check, brokers.join(','));
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

type Wanted = Pick<CheckInput['check'], 'brokers' | 'topics' | 'group' | 'mostLag' | 'failLag'>;

/** The same, over what has been opened already. */
export async function judgeKafka(
  admin: Pick<LogAdmin, 'condition' | 'offsets' | 'committed'>,
  { brokers: expected = 1, topics = [], group, mostLag = usualMostLag, failLag = Infinity }: Wanted,
  place: string,
): Promise<Finding> {
  const { brokers, hasController, topics: found } = await admin.condition(topics.length === 0 ? undefined : topics);
  const known = new Set(found.map(({ topic }) => topic));
  const missing = topics.filter((topic) => !known.has(topic));
  const offline = found.flatMap(({ topic, offline: those }) => those.map((partition) => ({ topic, partition })));
  const outOfSync = found.flatMap(({ topic, outOfSync: those }) => those.map((partition) => ({ topic, partition })));
  const failures = [
    missing.length > 0 && `has no topic ${listed(missing)}`,
    !hasController && 'has no controller',
    offline.length > 0 && `has partitions that nobody leads: ${named(offline)}`,
  ].filter((reason) => reason !== false);
  const warnings = [
    brokers < expected && `has ${brokers} of ${expected} brokers up`,
    outOfSync.length > 0 && `has partitions with replicas out of sync: ${named(outOfSync)}`,
  ].filter((reason) => reason !== false);
  if (failures.length > 0) return fail(`${place} ${[...failures, ...warnings].join(', ')}`);
  if (group === undefined) {
    const seen = { value: brokers, unit: 'brokers' };
    return { ...(warnings.length === 0 ? pass : warn(`${place} ${warnings.join(', ')}`)), ...seen };
  }
  const lag = await lagOf(admin, group, topics);
  const behind = `the group ${group} is ${lag} messages behind (limit ${lag > failLag ? failLag : mostLag})`;
  const reasons = [
    ...(lag > mostLag ? [behind] : []),
    ...(warnings.length > 0 ? [`${place} ${warnings.join(', ')}`] : []),
  ];
  const finding = lag > failLag ? fail(reasons.join(', ')) : reasons.length > 0 ? warn(reasons.join(', ')) : pass;
  return { ...finding, value: lag, unit: 'messages' };
}

/** What a group has not handled yet; what it never handled counts from the oldest message that is still there. */
async function lagOf(
  admin: Pick<LogAdmin, 'offsets' | 'committed'>,
  group: string,
  topics: readonly string[],
): Promise<number> {
  const committed = await admin.committed(group, topics);
  let lag = 0;
  for (const topic of topics)
    for (const { partition, beginning, end } of await admin.offsets(topic)) {
      const at = committed.find((each) => each.topic === topic && each.partition === partition);
      lag += Math.max(0, end - Math.max(beginning, at?.offset ?? beginning));
    }
  return lag;
}

function named(partitions: readonly TopicPartition[]): string {
  return listed(partitions.map(({ topic, partition }) => `${topic}/${partition}`));
}

function listed(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(', ')}${more > 0 ? ` (and ${more} more)` : ''}`;
}
