import { writeFileSync } from 'node:fs';
import { policySchemaText } from './policy-form.ts';

writeFileSync(new URL('../../policy.schema.json', import.meta.url), policySchemaText());
