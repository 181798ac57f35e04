/** Joining and leaving a group, by the classic protocol: the member that leads deals the partitions. */
import {
  decodeConsumerProtocolAssignment,
  decodeConsumerProtocolSubscription,
  encodeConsumerProtocolAssignment,
  encodeConsumerProtocolSubscription,
  joinGroupV7,
  leaveGroupV4,
  syncGroupV5,
} from '@platformatic/kafka';
import { ASSIGNER_NAME, assignTopics, decodeHeld, encodeHeld } from '../kafka/co-partition.ts';
import type { Held } from '../kafka/co-partition.ts';
import type { Assignment } from '../log.ts';
import type { Cluster } from './cluster.ts';
import { codeOf, CODES } from './faults.ts';
import type { Coordinator } from './group-coordinator.ts';
import type { Api, Link } from './link.ts';

export interface SessionOptions {
  readonly topics: readonly string[];
  readonly sessionTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

export interface Session {
  /** Waits for all members to join, as long as Kafka lets it. `held` is what this member had. */
  join(held: Held): Promise<Assignment>;
  /** The broker does not know this member any more: the next join is a new one. */
  forgetMember(): void;
  /** Gives the partitions back at once; a join under way fails. */
  leave(): Promise<void>;
  close(): void;
}

const PROTOCOL_TYPE = 'consumer';
const NO_STATIC_MEMBER = null;
const SUBSCRIPTION_VERSION = 1;
const REBALANCE_TIMEOUT_MS = 15_000;

export function sessionOf(
  cluster: Cluster,
  coordinator: Coordinator,
  { topics, sessionTimeoutMs, requestTimeoutMs }: SessionOptions,
): Session {
  const { group } = coordinator;
  const rebalanceTimeoutMs = Math.max(sessionTimeoutMs, REBALANCE_TIMEOUT_MS);
  let memberId = '';
  let isLeaving = false;
  /** Of its own, because the broker holds these requests until all members are there, and with them what comes after. */
  let link: { readonly to: string; readonly link: Link } | undefined;

  const ask = async <Arguments extends unknown[], Answer>(
    api: Api<Arguments, Answer>,
    ...args: Arguments
  ): Promise<Answer> => {
    const broker = await coordinator.address();
    const to = `${broker.host}:${broker.port}`;
    if (link?.to !== to) {
      link?.link.close();
      link = { to, link: cluster.link(broker, rebalanceTimeoutMs + requestTimeoutMs) };
    }
    return link.link.call(api, ...args);
  };
  const joinGroup = async (held: Held): Promise<joinGroupV7.JoinGroupResponse> => {
    const metadata = encodeConsumerProtocolSubscription({
      version: SUBSCRIPTION_VERSION,
      topics: [...topics],
      userData: encodeHeld(held),
    });
    const protocols = [{ name: ASSIGNER_NAME, metadata }];
    const send = () =>
      ask(
        joinGroupV7.api,
        group,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        memberId,
        NO_STATIC_MEMBER,
        PROTOCOL_TYPE,
        protocols,
        null,
      );
    try {
      return await send();
    } catch (error) {
      // Kafka gives a new member its id first, so that one which dies while it joins leaves nothing behind.
      const { response } = error as { response?: joinGroupV7.JoinGroupResponse };
      if (codeOf(error) !== CODES.memberIdRequired || !response || isLeaving) throw error;
      ({ memberId } = response);
      return send();
    }
  };
  const deal = async ({ members }: joinGroupV7.JoinGroupResponse) => {
    const joined = members.map(({ memberId: id, metadata }) => {
      const subscription = decodeConsumerProtocolSubscription(metadata);
      return { memberId: id, topics: subscription.topics, ...decodeHeld(subscription.userData) };
    });
    // A topic only another member reads may not exist yet: then it has no partitions.
    const read = [...new Set(joined.flatMap((member) => member.topics))];
    const counts = new Map((await cluster.topics(read)).map(({ topic, leaders }) => [topic, leaders.length]));
    return [...assignTopics(joined, (topic) => counts.get(topic) ?? 0)].map(([id, assigned]) => ({
      memberId: id,
      assignment: encodeConsumerProtocolAssignment({
        version: SUBSCRIPTION_VERSION,
        assignedPartitions: Object.entries(assigned).map(([topic, partitions]) => ({ topic, partitions })),
      }),
    }));
  };

  return {
    async join(held) {
      const joined = await joinGroup(held);
      ({ memberId } = joined);
      const isLeader = joined.leader === memberId;
      const assignments = isLeader ? await deal(joined) : [];
      const { assignment } = await ask(
        syncGroupV5.api,
        group,
        joined.generationId,
        memberId,
        NO_STATIC_MEMBER,
        PROTOCOL_TYPE,
        ASSIGNER_NAME,
        assignments,
      );
      return assignmentOf(joined.generationId, memberId, assignment);
    },
    forgetMember() {
      memberId = '';
    },
    async leave() {
      isLeaving = true;
      if (memberId === '') return;
      await coordinator.ask(leaveGroupV4.api, group, [{ memberId, groupInstanceId: NO_STATIC_MEMBER }]);
    },
    close() {
      isLeaving = true;
      link?.link.close();
    },
  };
}

function assignmentOf(generation: number, memberId: string, bytes: Buffer): Assignment {
  const topicPartitions = decodeConsumerProtocolAssignment(bytes)
    .assignedPartitions.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })))
    .toSorted((a, b) => a.partition - b.partition);
  return {
    generation,
    memberId,
    partitions: [...new Set(topicPartitions.map(({ partition }) => partition))],
    topicPartitions,
  };
}
