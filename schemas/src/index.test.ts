import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

/** Specifiers of all imports that are reached from a file, types left out. */
function importsFrom(file: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const imports = readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)';/gm);
  return [...imports].flatMap(([, specifier = '']) =>
    specifier.startsWith('.') ? importsFrom(join(dirname(file), specifier), seen) : [specifier],
  );
}

it('runs in a browser: what others import imports nothing but our own files', () => {
  const seen = new Set<string>();
  expect(importsFrom(join(import.meta.dirname, 'index.ts'), seen)).toEqual([]);
  expect([...seen].map((file) => file.slice(import.meta.dirname.length + 1)).toSorted()).toEqual([
    'generated/schemas.ts',
    'generated/topics.ts',
    'index.ts',
    'key.ts',
    'record-schemas.ts',
    'topics.ts',
  ]);
});
