/** Asks the leaders of partitions for offsets. */
import { listOffsetsV6 } from '@platformatic/kafka';
import { nameOf } from '../kafka/start-offsets.ts';
import type { OffsetLookUp } from '../kafka/start-offsets.ts';
import { LogUnavailableError } from '../log.ts';
import type { Cluster } from './cluster.ts';

const CONSUMER = -1;
/** Reading stops before an open transaction, so that is where the log ends for a reader. */
export const READ_COMMITTED = 1;
const POINTS = { beginning: -2n, end: -1n } as const;
const ANY_EPOCH = -1;

export const offsetLookUp =
  (cluster: Cluster): OffsetLookUp =>
  async (partitions, at) => {
    const timestamp = typeof at === 'number' ? BigInt(Math.max(0, Math.floor(at))) : POINTS[at];
    const names = [...new Set(partitions.map(({ topic }) => topic))];
    const leaders = new Map((await cluster.topics(names)).map(({ topic, leaders: of }) => [topic, of]));
    const byLeader = Map.groupBy(partitions, ({ topic, partition }) => leaders.get(topic)?.[partition] ?? -1);
    const leaderless = byLeader.get(-1)?.[0];
    if (leaderless) throw new LogUnavailableError(`No broker leads ${nameOf(leaderless)} at the moment.`);

    const answers = await Promise.all(
      [...byLeader].map(async ([leader, of]) => {
        const topics = [...Map.groupBy(of, ({ topic }) => topic)].map(([name, ofTopic]) => ({
          name,
          partitions: ofTopic.map(({ partition }) => ({
            partitionIndex: partition,
            currentLeaderEpoch: ANY_EPOCH,
            timestamp,
          })),
        }));
        const broker = await cluster.addressOf(leader);
        return cluster.ask(broker, listOffsetsV6.api, CONSUMER, READ_COMMITTED, topics);
      }),
    );
    return new Map(
      answers.flatMap(({ topics }) =>
        topics.flatMap(({ name, partitions: found }) =>
          found.map(({ partitionIndex, offset }): [string, number] => [
            nameOf({ topic: name, partition: partitionIndex }),
            Number(offset),
          ]),
        ),
      ),
    );
  };
