import { topicPatterns, topics } from '@muster/schemas';
import { meshMapOf } from './markdown.ts';
import { meshOf } from './mesh.ts';
import { readDefinitions } from './services.ts';

export const meshMapFile = 'docs/mesh-map.md';

/** What docs/mesh-map.md should say, by what stands in the repository. */
export async function meshMapOfRepository(root: string): Promise<string> {
  return meshMapOf(meshOf(topics, topicPatterns, await readDefinitions(root)));
}
