export type * from './generated/records.ts';
export type { RecordName } from './generated/schemas.ts';
export { topicPatterns, topics } from './generated/topics.ts';
export type { TopicInputs, TopicRecords } from './generated/topics.ts';
export { keyOf } from './key.ts';
export { schemaOf, versionsOf } from './record-schemas.ts';
export { subjectOf, topicConfig, topicFor } from './topics.ts';
export type { TopicDefinition, TopicName } from './topics.ts';
