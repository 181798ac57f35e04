import type { Mesh } from './mesh.ts';

/** The topics that somebody touches and the agents that do, as a Mermaid flowchart. */
export function mermaidOf({ topics, agents }: Mesh): string {
  const edges = agents.flatMap(({ name, hears, publishes, tables }) => [
    ...hears.map((topic) => ({ topic, line: `${idOf(topic)} --> ${name}` })),
    ...publishes.map((topic) => ({ topic, line: `${name} --> ${idOf(topic)}` })),
    ...tables.map((topic) => ({ topic, line: `${idOf(topic)} -.-> ${name}` })),
  ]);
  const touched = new Set(edges.map(({ topic }) => topic));
  const shown = topics.filter(({ name }) => touched.has(name));
  return [
    'flowchart LR',
    '  users(["your systems and people"])',
    ...agents.map(({ name }) => `  ${name}["${name}"]`),
    ...shown.map(({ name, cleanup }) => {
      const label = `"${name.replace(/^muster\./, '')}"`;
      return `  ${idOf(name)}${cleanup === 'compact' ? `[(${label})]` : `(${label})`}`;
    }),
    ...shown.filter(({ owner }) => owner === 'users').map(({ name }) => `  users --> ${idOf(name)}`),
    ...edges.map(({ line }) => `  ${line}`),
    ...agents.map(({ name }) => `  style ${name} stroke-width:3px`),
  ].join('\n');
}

/** Mermaid reads dots and words like `end` in ids as its own. */
const idOf = (topic: string): string => `t_${topic.replaceAll(/[^a-z0-9]/g, '_')}`;
