import { formatJson } from '../source/format-json.ts';
import { filesOf } from '../source/schema-folder.ts';
import type { Gate } from './gate.ts';

export const jsonIsFormatted: Gate = (folders) =>
  folders
    .flatMap(filesOf)
    .filter(({ text, value }) => text !== formatJson(value))
    .map(({ path }) => `${path} is not formatted: \`npm run schemas:generate\` does it.`);
