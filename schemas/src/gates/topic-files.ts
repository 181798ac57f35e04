import { isUnion } from '../source/avro.ts';
import type { AvroSchema } from '../source/avro.ts';
import { topicsOf } from '../source/schema-folder.ts';
import type { SchemaFolder, TopicFile } from '../source/schema-folder.ts';
import { perRecord, when } from './gate.ts';
import type { Gate } from './gate.ts';

/** What topic.json may say. */

const part = '[a-z][a-z0-9]*(-[a-z0-9]+)*';
const topicName = new RegExp(`^muster(\\.(${part}|<${part}>))+\\.v[1-9][0-9]*$`);

const rules: {
  readonly [K in keyof TopicFile]: { isRight: (value: unknown, topic: TopicFile) => boolean; want: string };
} = {
  topic: {
    isRight: (value) => typeof value === 'string' && topicName.test(value),
    want: 'muster.<plural>.v<major>: lower case, dots between parts, hyphens inside',
  },
  key: {
    isRight: (value) => Array.isArray(value) && value.length > 0 && value.every((field) => typeof field === 'string'),
    want: 'the names of one or more fields',
  },
  partitions: {
    isRight: (value) => Number.isInteger(value) && (value as number) > 0 && (value as number) % 12 === 0,
    want: '12, or a multiple of it, so that topics joined on a key stay in step and 1, 2, 3, 4, 6 or 12 instances share evenly',
  },
  cleanup: { isRight: (value) => value === 'delete' || value === 'compact', want: 'delete or compact' },
  retentionMs: {
    isRight: (value, { cleanup }) =>
      cleanup === 'compact' ? value === -1 : Number.isInteger(value) && (value as number) > 0,
    want: 'whole milliseconds, and -1 (for good) exactly where cleanup is compact',
  },
  owner: {
    isRight: (value) => typeof value === 'string' && new RegExp(`^${part}$`).test(value),
    want: 'users, mesh or the name of an agent',
  },
  compatibility: {
    isRight: (value) => value === 'BACKWARD_TRANSITIVE' || value === 'FULL_TRANSITIVE',
    want: 'BACKWARD_TRANSITIVE or FULL_TRANSITIVE',
  },
  description: {
    isRight: (value) => typeof value === 'string' && value.endsWith('.'),
    want: 'a sentence',
  },
};

export const topicFilesAreRight: Gate = (folders) =>
  folders.flatMap((folder) =>
    topicsOf(folder).flatMap((topic) => [
      ...Object.entries(rules)
        .filter(([field, { isRight }]) => !isRight(topic[field as keyof TopicFile], topic))
        .map(([field, { want }]) => {
          const value = JSON.stringify(topic[field as keyof TopicFile]) ?? 'missing';
          return `${folder.folder}/topic.json: ${field} of ${topic.topic} is ${value}; it should be ${want}.`;
        }),
      ...Object.keys(topic)
        .filter((field) => !(field in rules))
        .map((field) => `${folder.folder}/topic.json: ${topic.topic} has ${field}, which means nothing here.`),
    ]),
  );

export const topicsAreDefinedOnce: Gate = (folders) => {
  const owners = new Map<string, SchemaFolder>();
  return folders.flatMap((folder) =>
    topicsOf(folder).flatMap(({ topic }) => {
      const owner = owners.get(topic);
      owners.set(topic, folder);
      return when(
        owner !== undefined,
        `${folder.folder}/topic.json: ${topic} is already the topic of ${owner?.folder}.`,
      );
    }),
  );
};

export const keysAreFields: Gate = perRecord(({ name, folder, topics, versions }) =>
  topics.flatMap(({ topic, key }) =>
    versions.flatMap(({ fields }, index) =>
      key.flatMap((keyField) => {
        const field = fields.find((candidate) => candidate.name === keyField);
        const place = `${folder.versions[index]!.path}: the key of ${topic} is made of ${keyField}`;
        if (field === undefined) return [`${place}, which ${name} does not have.`];
        return when(!canBeKey(field.type), `${place}, which is neither a string nor a map of strings.`);
      }),
    ),
  ),
);

const canBeKey = (type: AvroSchema): boolean =>
  type === 'string' || (typeof type === 'object' && !isUnion(type) && type.type === 'map' && type.values === 'string');
