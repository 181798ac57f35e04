import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { meshMapFile, meshMapOfRepository } from './repository.ts';

const root = join(import.meta.dirname, '../../..');
writeFileSync(join(root, meshMapFile), await meshMapOfRepository(root));
