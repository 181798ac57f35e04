/** Tables and tasks for tests of the router. */
import type { HandlerContext } from '@muster/agent';
import type { Message } from '@muster/bus';
import { keyOf, type AgentCard, type AgentHeartbeat, type AgentScore, type Skill, type Task } from '@muster/schemas';
import { tableOf } from '@muster/testkit';
import type { RouterTables } from '../src/routing.ts';
import { settings, type Settings } from '../src/settings.ts';

export const now = Date.UTC(2026, 0, 5);

const envelopeOf = (source: string, time = now) => ({
  id: `e-${source}`,
  time,
  source,
  correlationId: 'c',
  causationId: null,
});

export const skillOf = (capability: string, facts: Partial<Skill> = {}): Skill => ({
  capability,
  version: '1.0.0',
  title: '',
  description: `Does ${capability}.`,
  tags: [],
  examples: [],
  inputSchema: '{}',
  outputSchema: '{}',
  inputModes: [],
  outputModes: [],
  cost: 0,
  costUnit: '',
  undo: null,
  scopes: [],
  isReadOnly: false,
  ...facts,
});

export const cardOf = (agent: string, skills: readonly Skill[], facts: Partial<AgentCard> = {}): AgentCard => ({
  envelope: envelopeOf(agent),
  agent,
  version: '1.0.0',
  title: '',
  description: '',
  provider: null,
  documentationUrl: null,
  iconUrl: null,
  inputModes: [],
  outputModes: [],
  skills,
  scopes: [],
  limits: { concurrency: 16, perMinute: null },
  consumes: [],
  publishes: [],
  ...facts,
});

export function taskOf(facts: Partial<Task> = {}): Task {
  return {
    envelope: envelopeOf('user'),
    taskId: 't',
    conversation: 'c',
    capability: 'echo',
    capabilityVersion: '*',
    input: '{}',
    priority: 'NORMAL',
    deadline: now + 60_000,
    attempt: 1,
    idempotencyKey: 'i',
    budget: null,
    replyTo: 'user',
    context: { step: '1' },
    attributes: {},
    reason: '',
    target: null,
    changeId: null,
    scopes: [],
    avoid: [],
    ...facts,
  };
}

/** A mesh of agents as the tables of a router show it that is there for an hour. */
export function tables() {
  const cards = tableOf<AgentCard>(({ agent }) => agent);
  const scores = tableOf<AgentScore>((score) => keyOf('muster.agent-scores.v1', score));
  const heartbeats = tableOf<AgentHeartbeat>(({ instance }) => instance);
  const mesh = {
    cards,
    scores,
    heartbeats,
    /** An agent with its card and a heartbeat of now. */
    join(agent: string, skills: readonly Skill[], facts: Partial<AgentHeartbeat> = {}) {
      cards.put(cardOf(agent, skills));
      this.beat(agent, facts);
    },
    beat(agent: string, { time = now, ...facts }: Partial<AgentHeartbeat> & { time?: number } = {}) {
      heartbeats.put({
        envelope: envelopeOf(agent, time),
        agent,
        instance: `${agent}-1`,
        version: '1.0.0',
        status: 'READY',
        reason: '',
        load: 0,
        tasks: 0,
        partitions: [],
        lag: 0,
        startedAt: now,
        ...facts,
      });
    },
    score(agent: string, facts: Partial<AgentScore> = {}) {
      scores.put({
        envelope: envelopeOf('recovery'),
        agent,
        capability: 'echo',
        count: 100,
        successRate: 1,
        latencyP50Ms: 10,
        latencyP95Ms: 20,
        cost: 0,
        breaker: 'CLOSED',
        halfOpenAt: null,
        windowMs: 0,
        retryShare: 0,
        lessons: [],
        ...facts,
      });
    },
  };
  mesh.beat('router', { startedAt: now - 3_600_000 });
  return mesh;
}

export const contextOf = (
  of: ReturnType<typeof tables>,
  config: Partial<Settings> = {},
): HandlerContext<never, Settings, RouterTables> => ({
  key: 'c',
  state: undefined,
  now,
  config: { ...settings.parse({}), ...config },
  tables: of,
  newId: () => 'id',
});

export const messageOf = (value: Task): Message<'muster.tasks.v1'> => ({
  topic: 'muster.tasks.v1',
  partition: 0,
  offset: 0,
  timestamp: now,
  key: value.conversation,
  id: value.envelope.id,
  value,
  headers: {},
});
