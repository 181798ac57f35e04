import type { Table } from '@muster/agent';
import { keyOf, type AgentCard, type AgentScore, type Task } from '@muster/schemas';

/** What the handlers look up. */
// A type and not an interface: only its like is a record of topics to the compiler.
// oxlint-disable-next-line typescript/consistent-type-definitions
export type Tables = { readonly scores: 'muster.agent-scores.v1'; readonly cards: 'muster.agent-cards.v1' };

interface Views {
  readonly scores: Table<AgentScore>;
  readonly cards: Table<AgentCard>;
}

export function scoreOf({ scores }: Pick<Views, 'scores'>, agent: string, capability: string): AgentScore | undefined {
  if (agent === '' || capability === '') return undefined;
  return scores.get(keyOf('muster.agent-scores.v1', { agent, capability } as AgentScore));
}

/** Agents that may do it instead: they offer the capability, are not to be avoided, and their breaker is not open. Versions are the router's business. */
export function alternatives(
  { cards, scores }: Views,
  { capability, avoid }: Task,
  failed: string,
  now: number,
): readonly string[] {
  const others: string[] = [];
  for (const { agent, skills } of cards.values()) {
    if (agent === failed || avoid.includes(agent) || !skills.some((skill) => skill.capability === capability)) continue;
    const score = scoreOf({ scores }, agent, capability);
    if (score?.breaker === 'OPEN' && (score.halfOpenAt ?? 0) > now) continue;
    others.push(agent);
  }
  return others;
}
