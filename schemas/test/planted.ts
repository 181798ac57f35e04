import { join } from 'node:path';
import { formatJson } from '../src/source/format-json.ts';
import { readSchemaFolders } from '../src/source/schema-folder.ts';
import type { JsonFile, SchemaFolder } from '../src/source/schema-folder.ts';

/** The schemas of the mesh, and a small made-up set in which every rule holds and a record has three versions. */
export const realFolders = readSchemaFolders(join(import.meta.dirname, '..'));
export const fixtures = readSchemaFolders(join(import.meta.dirname, 'fixtures'));

/** JSON as a test changes it. */
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

/** The fixtures (or other folders) with one file changed. */
export function planted(path: string, change: (json: Json) => Json, folders = fixtures): readonly SchemaFolder[] {
  const plant = <F extends JsonFile<unknown>>(file: F): F => {
    if (file.path !== path) return file;
    const copy: Json = structuredClone(file.value);
    const value: Json = change(copy) ?? copy;
    return { ...file, value, text: formatJson(value) };
  };
  return folders.map((folder) => ({
    ...folder,
    topicFile: folder.topicFile && plant(folder.topicFile),
    versions: folder.versions.map(plant),
    examples: folder.examples.map(plant),
  }));
}

/** The field of a record's schema with this name. */
export const field = (schema: Json, name: string): Json =>
  schema.fields.find((candidate: Json) => candidate.name === name);
