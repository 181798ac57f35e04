import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pinnedVersion } from './maven-packages.ts';

test('pom.xml pins every package', () => {
  const pom = readFileSync(join(import.meta.dirname, '..', 'pom.xml'), 'utf8');
  for (const name of ['kafka', 'registry', 'redis'] as const)
    expect(pinnedVersion(pom, name)).toMatch(/^\d+\.\d+\.\d+$/);
  expect(() => pinnedVersion('<project/>', 'kafka')).toThrow(/kafka\.version/);
});
