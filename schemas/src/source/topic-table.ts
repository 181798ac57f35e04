import { formatJson } from './format-json.ts';
import type { RecordDefinition, TopicFile } from './schema-folder.ts';

/** The TypeScript table of topics, and the types that say which record travels on which topic. */
export function topicTable(records: readonly RecordDefinition[]): string {
  const topics = records
    .flatMap(({ name, topics }) => topics.map((topic) => ({ record: name, topic })))
    .toSorted((a, b) => (a.topic.topic < b.topic.topic ? -1 : 1));
  const isPattern = ({ topic }: { topic: TopicFile }): boolean => topic.topic.includes('<');
  const names = records.map(({ name }) => name);

  const members = (suffix: string): string =>
    topics.map(({ record, topic }) => `  ${property(topic.topic)}: ${record}${suffix};\n`).join('');
  const table = (entries: typeof topics): string => {
    const rows = entries.map(({ record, topic: { topic, ...rest } }) => ({ name: topic, record, ...rest }));
    return formatJson(rows).trimEnd();
  };

  return [
    `import type { ${names.flatMap((name) => [name, `${name}Input`]).join(', ')} } from './records.ts';\n`,
    "import type { TopicDefinition } from '../topics.ts';\n\n",
    '/** What is read from each topic. */\n',
    `export interface TopicRecords {\n${members('')}}\n\n`,
    '/** What is written to each topic. */\n',
    `export interface TopicInputs {\n${members('Input')}}\n\n`,
    '/** Every topic, by name. */\n',
    `export const topics: readonly TopicDefinition[] = ${table(topics.filter((topic) => !isPattern(topic)))};\n\n`,
    '/** Families of topics; `<...>` in the name stands for any one part of a name. */\n',
    `export const topicPatterns: readonly TopicDefinition[] = ${table(topics.filter(isPattern))};\n`,
  ].join('');
}

const property = (topic: string): string =>
  topic.includes('<') ? `[topic: \`${topic.replaceAll(/<[^>]*>/g, '${string}')}\`]` : `'${topic}'`;
