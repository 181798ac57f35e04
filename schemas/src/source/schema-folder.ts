import type { TopicDefinition } from '../topics.ts';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedSchema, RecordSchema } from './avro.ts';
import { selfContained } from './inline.ts';

/** An entry of topic.json. `<...>` in a topic's name stands for any one part of a name. */
export type TopicFile = Omit<TopicDefinition, 'name' | 'record'> & { readonly topic: string };

/** A JSON file of a folder: its path from the root of the schemas, its text as it stands, and what the text says. */
export interface JsonFile<T> {
  readonly path: string;
  readonly text: string;
  readonly value: T;
}

/** One folder under `schemas/`, as it stands on disk. Without topics it is a shared definition. */
export interface SchemaFolder {
  readonly folder: string;
  readonly topicFile: JsonFile<TopicFile | { readonly topics: readonly TopicFile[] }> | undefined;
  /** v1, v2, ... in this order, without a gap. */
  readonly versions: readonly JsonFile<NamedSchema>[];
  readonly examples: readonly JsonFile<unknown>[];
}

/** A record that travels on topics, its versions self-contained. */
export interface RecordDefinition {
  readonly name: string;
  readonly folder: SchemaFolder;
  readonly topics: readonly TopicFile[];
  readonly versions: readonly RecordSchema[];
}

/** Reads every folder below `root` that holds a `v1.avsc`, by name. Throws on text that is no JSON, naming the file. */
export function readSchemaFolders(root: string): readonly SchemaFolder[] {
  return readdirSync(root)
    .filter((folder) => existsSync(join(root, folder, 'v1.avsc')))
    .toSorted()
    .map((folder) => readFolder(root, folder));
}

function readFolder(root: string, folder: string): SchemaFolder {
  const read = <T>(path: string): JsonFile<T> => readJson(root, `${folder}/${path}`);
  const versions: JsonFile<NamedSchema>[] = [];
  while (existsSync(join(root, folder, `v${versions.length + 1}.avsc`)))
    versions.push(read(`v${versions.length + 1}.avsc`));
  const stray = readdirSync(join(root, folder)).find(
    (file) => file.endsWith('.avsc') && !versions.some(({ path }) => path === `${folder}/${file}`),
  );
  if (stray !== undefined)
    throw new Error(`${folder}/${stray} is no version: versions are v1.avsc, v2.avsc, ... without a gap.`);
  const examples = join(root, folder, 'examples');
  return {
    folder,
    topicFile: existsSync(join(root, folder, 'topic.json')) ? read('topic.json') : undefined,
    versions,
    examples: existsSync(examples)
      ? readdirSync(examples)
          .toSorted()
          .map((file) => read(`examples/${file}`))
      : [],
  };
}

function readJson<T>(root: string, path: string): JsonFile<T> {
  const text = readFileSync(join(root, path), 'utf8');
  try {
    return { path, text, value: JSON.parse(text) as T };
  } catch (fault) {
    throw new Error(`${path} is not valid JSON: ${(fault as Error).message}`, { cause: fault });
  }
}

export const topicsOf = ({ topicFile }: SchemaFolder): readonly TopicFile[] => {
  if (topicFile === undefined) return [];
  return 'topics' in topicFile.value ? topicFile.value.topics : [topicFile.value];
};

/** Every file of a folder. */
export const filesOf = ({ topicFile, versions, examples }: SchemaFolder): readonly JsonFile<unknown>[] => [
  ...(topicFile === undefined ? [] : [topicFile]),
  ...versions,
  ...examples,
];

/** The records among the folders, with the shared definitions put in. Throws where a name can't be resolved. */
export function recordsOf(folders: readonly SchemaFolder[]): readonly RecordDefinition[] {
  const shared = new Map(
    folders
      .filter(({ topicFile }) => topicFile === undefined)
      .flatMap(({ versions }) => versions.map(({ value }, index) => [`${value.name} ${index + 1}`, value] as const)),
  );
  return folders
    .filter(({ topicFile }) => topicFile !== undefined)
    .map((folder) => {
      const versions = folder.versions.map(({ path, value }) => {
        if (value.type !== 'record') throw new Error(`${path} is no record: what travels on a topic is a record.`);
        return selfContained(value, (name, version) => shared.get(`${name} ${version}`));
      });
      return { name: folder.versions[0]!.value.name, folder, topics: topicsOf(folder), versions };
    });
}
