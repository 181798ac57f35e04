import type { AgentCardInput, AgentStatus } from '@muster/schemas';
import { z } from 'zod';
import type { AgentDefinition, Sensor } from './agent.ts';

const heartbeatEveryMs = 10_000;

/** What the mesh is told about an agent, made from its definition. */
export function cardOf(
  { name, version, description, handlers, publishes, actions }: AgentDefinition,
  concurrency: number,
): AgentCardInput {
  return {
    agent: name,
    version,
    description,
    consumes: Object.values(handlers).flatMap(({ topics }) => topics),
    publishes,
    limits: { concurrency },
    skills: Object.entries(actions).map(([capability, action]) => ({
      capability,
      version: action.version,
      description: action.description,
      tags: action.tags ?? [],
      examples: action.examples ?? [],
      inputSchema: JSON.stringify(z.toJSONSchema(action.input, { io: 'input' })),
      outputSchema: JSON.stringify(z.toJSONSchema(action.output)),
      cost: action.cost ?? 0,
      undo: action.undo ?? null,
      scopes: action.scopes ?? [],
      isReadOnly: action.isReadOnly ?? false,
    })),
  };
}

export interface Vitals {
  readonly status: AgentStatus;
  readonly reason: string;
  readonly load: number;
  readonly tasks: number;
  readonly partitions: readonly number[];
  readonly lag: number;
}

/** "I am here, and so loaded", every 10 s. */
export function heartbeat(
  definition: AgentDefinition,
  instance: string,
  startedAt: number,
  vitals: () => Vitals,
): Sensor {
  const { name: agent, version } = definition;
  return {
    everyMs: heartbeatEveryMs,
    runsOn: 'instance',
    sense: () =>
      Promise.resolve([
        { topic: 'muster.agent-heartbeats.v1' as const, value: { agent, instance, version, startedAt, ...vitals() } },
      ]),
  };
}
