import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { schemaText } from './editor-schema.ts';

it('is the one that is committed; if not: npm run schema -w @muster/targets', () => {
  const committed = readFileSync(join(import.meta.dirname, '../targets.schema.json'), 'utf8');
  expect(JSON.parse(committed)).toEqual(JSON.parse(schemaText()));
});
