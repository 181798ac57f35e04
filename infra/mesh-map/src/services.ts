import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AgentDefinition } from '@muster/agent';

/** The definitions of all services under `root`, by import of their agent.ts. Throws an Error that names the file without one. */
export async function readDefinitions(root: string): Promise<AgentDefinition[]> {
  const files = globSync('services/*/src/agent.ts', { cwd: root }).sort();
  return Promise.all(
    files.map(async (file) => {
      const exported: unknown[] = Object.values((await import(pathToFileURL(join(root, file)).href)) as object);
      const definition = exported.find(isDefinition);
      if (definition === undefined) throw new Error(`${file} exports no agent: export what defineAgent gives`);
      return definition;
    }),
  );
}

const isDefinition = (value: unknown): value is AgentDefinition =>
  typeof value === 'object' && value !== null && 'handlers' in value && 'actions' in value && 'publishes' in value;
