/**
 * The version of each request that is used: one that every Kafka since 2.8 speaks, so that nothing has to be negotiated.
 */
import {
  createTopicsV7,
  deleteGroupsV2,
  deleteTopicsV5,
  describeGroupsV5,
  fetchV12,
  findCoordinatorV3,
  heartbeatV4,
  joinGroupV7,
  leaveGroupV4,
  listGroupsV4,
  listOffsetsV6,
  metadataV9,
  offsetCommitV8,
  offsetFetchV7,
  produceV9,
  syncGroupV5,
} from '@platformatic/kafka';
import type { apiVersionsV3 } from '@platformatic/kafka';
import type { Address } from '../kafka/log-options.ts';

const USED = Object.entries({
  createTopicsV7,
  deleteGroupsV2,
  deleteTopicsV5,
  describeGroupsV5,
  fetchV12,
  findCoordinatorV3,
  heartbeatV4,
  joinGroupV7,
  leaveGroupV4,
  listGroupsV4,
  listOffsetsV6,
  metadataV9,
  offsetCommitV8,
  offsetFetchV7,
  produceV9,
  syncGroupV5,
}).map(([name, { api }]) => ({ name, key: api.key, version: api.version }));

/** @throws a sentence when the broker does not speak a version that is used */
export function refuseOldBroker(
  { host, port }: Address,
  { apiKeys }: Pick<apiVersionsV3.ApiVersionsResponse, 'apiKeys'>,
): void {
  for (const { name, key, version } of USED) {
    const spoken = apiKeys.find(({ apiKey }) => apiKey === key);
    if (spoken && spoken.minVersion <= version && version <= spoken.maxVersion) continue;
    throw new Error(
      `The broker at ${host}:${port} does not speak ${name} of Kafka's protocol; with this client Kafka 2.8 or later is needed.`,
    );
  }
}
