export {
  StateUnavailableError,
  type CommitResult,
  type Fenced,
  type LoadResult,
  type Lost,
  type OpenResult,
  type Ownership,
  type PartitionSnapshot,
  type StateChange,
  type StateStore,
} from './state-store.ts';
export { redisStateStore, type RedisStateStoreOptions } from './redis-state-store.ts';
export type { StateLogger } from './redis-connection.ts';
export { memoryStateStore, type MemoryStateControls, type MemoryStateStore } from './memory-state-store.ts';
export { decodeKeyRecord, encodeKeyRecord, type KeyRecord } from './key-record.ts';
export { seenIds, type SeenIds } from './seen-ids.ts';
export { decodeDeparture, encodeDeparture, type Departure } from './departure.ts';
