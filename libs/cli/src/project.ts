import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the project this command belongs to. */
export const projectDir = join(import.meta.dirname, '..', '..', '..');

/** Where the mesh of `muster up` keeps its data and its state file. */
export const defaultDataDir = join(projectDir, '.muster', 'dev');

/** An agent's service folder. */
export interface Service {
  readonly name: string;
  readonly main: string;
  readonly agent: string;
}

/** The services there are: the folders of `services/` that hold an agent and something to run it. */
export function findServices(servicesDir = join(projectDir, 'services')): Service[] {
  if (!existsSync(servicesDir)) return [];
  return readdirSync(servicesDir)
    .toSorted()
    .map((name) => {
      const src = join(servicesDir, name, 'src');
      return { name, main: join(src, 'main.ts'), agent: join(src, 'agent.ts') };
    })
    .filter(({ main, agent }) => existsSync(main) && existsSync(agent));
}
