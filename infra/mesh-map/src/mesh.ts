import type { AgentDefinition } from '@muster/agent';
import type { TopicDefinition } from '@muster/schemas';

/** One agent and the topics it touches, the runtime's own included. */
export interface MeshAgent {
  readonly name: string;
  readonly description: string;
  readonly hears: readonly string[];
  readonly publishes: readonly string[];
  readonly tables: readonly string[];
  readonly sensors: readonly string[];
  readonly capabilities: readonly Capability[];
}

interface Capability {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly undo: string | undefined;
  readonly scopes: readonly string[];
}

export interface Mesh {
  readonly topics: readonly TopicDefinition[];
  readonly agents: readonly MeshAgent[];
}

/** What the runtime publishes for every agent: its card, its heartbeats, and an alert when it has to stop taking messages. */
export const everyAgentPublishes = ['muster.agent-cards.v1', 'muster.agent-heartbeats.v1', 'muster.alerts.v1'];
const takesTasks = {
  hears: (agent: string): string[] => [inboxOf(agent), 'muster.task-results.v1'],
  publishes: ['muster.task-results.v1', 'muster.task-progress.v1'],
};

const inboxOf = (agent: string): string => `muster.inbox.${agent}.v1`;

/** The mesh that these agents make. A family of topics, such as the inboxes, gives one topic for each member that is in use. */
export function meshOf(
  topics: readonly TopicDefinition[],
  families: readonly TopicDefinition[],
  definitions: readonly AgentDefinition[],
): Mesh {
  const agents = definitions.map(agentOf).toSorted((a, b) => a.name.localeCompare(b.name));
  const inboxes = agents.filter(({ capabilities }) => capabilities.length > 0).map(({ name }) => inboxOf(name));
  const family = families.find(({ name }) => name === inboxOf('<agent>'));
  const members = family === undefined ? [] : inboxes.map((name) => ({ ...family, name }));
  return { topics: [...topics, ...members].toSorted((a, b) => a.name.localeCompare(b.name)), agents };
}

function agentOf({ name, description, handlers, publishes, tables, sensors, actions }: AgentDefinition): MeshAgent {
  const isOffering = Object.keys(actions).length > 0;
  const heard = Object.values(handlers).flatMap(({ topics }): readonly string[] => topics);
  return {
    name,
    description,
    hears: unique([...heard, ...(isOffering ? takesTasks.hears(name) : [])]),
    publishes: unique([...publishes, ...(isOffering ? takesTasks.publishes : [])]),
    tables: unique(Object.values(tables)),
    sensors: Object.keys(sensors).sort(),
    capabilities: Object.entries(actions)
      .map(([capability, { version, description: what, undo, scopes = [] }]) => {
        return { name: capability, version, description: what, undo, scopes };
      })
      .toSorted((a, b) => a.name.localeCompare(b.name)),
  };
}

const unique = (names: readonly string[]): string[] => [...new Set(names)].sort();
