import { kafkaLog, type LogAdmin } from '@muster/bus';
import { brokersOf } from '@muster/targets';
import { fail, pass, warn, type CheckInput, type Finding } from './finding.ts';
import { hostOf } from './conversation.ts';

const usualMostLag = 10_000;

/** Asks the brokers which topics there are; looks for those that must be, and for how far behind a group is. */
export async function checkKafka({ check, address }: CheckInput): Promise<Finding> {
  const brokers = brokersOf(address).map((broker) => hostOf(broker, 9_092).place);
  const log = kafkaLog({ client: 'kafkajs', brokers, clientId: 'muster-health-check' });
  try {
    return await judgeKafka(log.admin, check, brokers.join(','));
  } finally {
    void log.close(1_000).catch(() => undefined);
  }
}

/** The same, over what has been opened already. */
export async function judgeKafka(
  admin: Pick<LogAdmin, 'topics' | 'offsets' | 'committed'>,
  { topics = [], group, mostLag = usualMostLag }: Pick<CheckInput['check'], 'topics' | 'group' | 'mostLag'>,
  place: string,
): Promise<Finding> {
  const known = new Set((await admin.topics()).map(({ topic }) => topic));
  const missing = topics.filter((topic) => !known.has(topic));
  if (missing.length > 0) return fail(`${place} has no topic ${missing.slice(0, 5).join(', ')}`);
  if (group === undefined) return pass;
  const committed = await admin.committed(group, topics);
  let lag = 0;
  for (const topic of topics)
    for (const { partition, beginning, end } of await admin.offsets(topic)) {
      const at = committed.find((each) => each.topic === topic && each.partition === partition);
      lag += Math.max(0, end - Math.max(beginning, at?.offset ?? beginning));
    }
  const measured = { value: lag, unit: 'messages' };
  if (lag <= mostLag) return { ...pass, ...measured };
  return { ...warn(`the group ${group} is ${lag} messages behind (limit ${mostLag})`), ...measured };
}
