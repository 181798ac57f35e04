import { writeFileSync } from 'node:fs';
import { schemaText } from './editor-schema.ts';

writeFileSync(new URL('../targets.schema.json', import.meta.url), schemaText());
