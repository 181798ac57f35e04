/** Where things are. */
import { join } from 'node:path';

export const projectDir = join(import.meta.dirname, '..', '..', '..');

/** The folder of the local mesh, where `muster` looks for it too. */
export const dataDir = process.env['MUSTER_DATA_DIR'] || join(projectDir, '.muster', 'dev');

/** The log of an agent, or of a process of the demo. */
export const logOf = (name: string): string => join(dataDir, 'logs', `${name}.log`);
