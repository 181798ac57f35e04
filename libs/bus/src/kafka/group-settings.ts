/** How a member of a group is kept, where its owner says nothing. */
import type { GroupOptions } from '../log.ts';

const SESSION_TIMEOUT_MS = 15_000;
const HEARTBEAT_INTERVAL_MS = 1_000;
const MAX_BYTES_PER_PARTITION = 256 * 1024;

/** @throws when the settings make no sense */
export function groupSettings({
  group,
  sessionTimeoutMs = SESSION_TIMEOUT_MS,
  heartbeatIntervalMs = HEARTBEAT_INTERVAL_MS,
  maxBytesPerPartition = MAX_BYTES_PER_PARTITION,
}: Omit<GroupOptions, 'listener' | 'topics'>) {
  if (heartbeatIntervalMs * 2 > sessionTimeoutMs) {
    throw new Error(
      `Group ${group}: a session timeout of ${sessionTimeoutMs} ms leaves no room for a heartbeat every ${heartbeatIntervalMs} ms; give it three heartbeats at least.`,
    );
  }
  return { sessionTimeoutMs, heartbeatIntervalMs, maxBytesPerPartition };
}
