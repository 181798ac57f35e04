/** The topics a mesh needs: those of the catalogue, and what its agents need besides. */
import { pathToFileURL } from 'node:url';
import { heardTopics } from '@muster/agent';
import type { AgentDefinition } from '@muster/agent';
import { deadLetterTopic } from '@muster/bus';
import type { TopicSpec } from '@muster/bus';
import { topicConfig, topicFor, topics } from '@muster/schemas';
import type { TopicDefinition } from '@muster/schemas';
import { Failure } from './failure.ts';
import type { Service } from './project.ts';

const DAY_MS = 86_400_000;
const DEAD_LETTER_RETENTION_MS = 30 * DAY_MS;

/** Every topic of the catalogue, an inbox for each agent that acts, and a dead-letter topic for each topic that an agent hears. */
export function meshTopics(agents: readonly AgentDefinition[]): TopicSpec[] {
  const inboxes = agents.filter(isActing).map(({ name }) => topicFor(inboxOf(name)));
  const specs = [...topics, ...inboxes].map((topic) => specOf(topic));
  return [...specs, ...agents.flatMap(deadLetterTopics)];
}

export const isActing = ({ actions }: AgentDefinition): boolean => Object.keys(actions).length > 0;
export const inboxOf = (agent: string): `muster.inbox.${string}.v1` => `muster.inbox.${agent}.v1`;
const specOf = (topic: TopicDefinition): TopicSpec => ({
  topic: topic.name,
  partitions: topic.partitions,
  config: topicConfig(topic),
});

function deadLetterTopics(agent: AgentDefinition): TopicSpec[] {
  return heardTopics(agent).map((topic) => {
    const spec = specOf({ ...topicFor(topic), cleanup: 'delete', retentionMs: DEAD_LETTER_RETENTION_MS });
    return { ...spec, topic: deadLetterTopic(topic, `muster.${agent.name}`) };
  });
}

/** Reads the definitions of agents from their service folders. Throws a Failure naming the file that holds none. */
export async function loadAgents(services: readonly Service[]): Promise<AgentDefinition[]> {
  return Promise.all(
    services.map(async ({ agent: file }) => {
      const exported: unknown = await import(pathToFileURL(file).href);
      const agent = Object.values(exported as object).find(isAgent);
      if (agent === undefined) throw new Failure(`${file} exports no agent: export what defineAgent() returns.`);
      return agent;
    }),
  );
}

const isAgent = (value: unknown): value is AgentDefinition =>
  typeof value === 'object' && value !== null && 'handlers' in value && 'actions' in value && 'name' in value;
