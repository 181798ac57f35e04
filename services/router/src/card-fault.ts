import type { AgentCard } from '@muster/schemas';

/**
 * What makes a card unbelievable, in a sentence; undefined where nothing does. Who published it is what its envelope says: this finds mistakes and
 * careless pretenders, and is no substitute for access rules at the broker.
 */
export function cardFault({ agent, envelope, consumes }: AgentCard): string | undefined {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(agent)) return `"${agent}" is no name of an agent: it can have no inbox`;
  if (envelope.source !== agent) return `it was published by ${envelope.source}, and only ${agent} speaks for itself`;
  const foreign = consumes.find((topic) => topic.startsWith('muster.inbox.') && topic !== inboxOf(agent));
  return foreign === undefined ? undefined : `it claims ${foreign}, which is the inbox of another agent`;
}

export function inboxOf(agent: string): `muster.inbox.${string}.v1` {
  return `muster.inbox.${agent}.v1`;
}
