import { posix } from 'node:path';
import type { Repository } from '../repository.ts';

const parts = ['README.md', 'src/main.ts', 'src/agent.ts'];
const meshMap = 'docs/mesh-map.md';

/** Every service looks the same from outside, and stands in the mesh map. */
export function serviceAnatomy({ packages, texts }: Repository): string[] {
  const services = packages.filter(({ folder }) => folder.startsWith('services/'));
  return services.flatMap(({ folder }) => [
    ...parts.filter((part) => !texts.has(posix.join(folder, part))).map((part) => `${folder} has no ${part}`),
    ...(texts.get(meshMap)?.includes(`](../${folder}/README.md)`) === true
      ? []
      : [`${folder} is not in ${meshMap}: run npm run docs:mesh`]),
  ]);
}
