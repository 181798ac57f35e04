export { FencedError, LogUnavailableError, RecordRefusedError } from './log.ts';
export type * from './log.ts';
export type { Bus, Decoded, Message, Outgoing } from './bus.ts';
export { memoryCluster, memoryLog } from './memory-log.ts';
export type { MemoryCluster, MemoryClusterOptions, Schedule } from './memory-log.ts';
export { partitionOfKey } from './partition-of-key.ts';
