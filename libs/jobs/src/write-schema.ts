import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaText } from './editor-schema.ts';

writeFileSync(join(import.meta.dirname, '../job.schema.json'), schemaText());
