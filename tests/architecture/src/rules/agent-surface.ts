import type { Repository } from '../repository.ts';

const face = 'libs/agent/src/index.ts';
/**
 * 19 for whoever writes or starts an agent, the three of the rehearsal, for whoever replays one or proves it right, and the reading of
 * version ranges, which must mean the same to whoever chooses an agent and to the agent.
 */
const mostNames = 23;

/** Whoever writes an agent has few names to learn. */
export function agentSurface({ sources }: Repository): string[] {
  const exports = sources.find(({ path }) => path === face)?.exports ?? [];
  const unnamed = exports.filter((name) => name.startsWith('*'));
  if (unnamed.length > 0) return [`${face} exports ${unnamed.join(', ')}: list the names, they are counted`];
  return exports.length <= mostNames
    ? []
    : [`${face} exports ${exports.length} names (limit ${mostNames}): what an agent does not need stays inside`];
}
