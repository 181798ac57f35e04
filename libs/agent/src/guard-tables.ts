/** The runtime's own tables, beside those of the agent: what changes the world obeys the kill switch, and looks whether it was approved. */
import type { Decision, Flag, TopicName } from '@muster/schemas';
import { isActing, type AgentDefinition, type Table } from './agent.ts';

const flags = 'flags of the runtime';
const decisions = 'decisions of the runtime';

/** Those that an agent with these actions needs: name -> topic. */
export function guardTables(definition: AgentDefinition): Readonly<Record<string, TopicName>> {
  const needsApproval = Object.values(definition.actions).some((action) => action.needsApproval === true);
  return {
    ...(isActing(definition) ? { [flags]: 'muster.flags.v1' as const } : {}),
    ...(needsApproval ? { [decisions]: 'muster.decisions.v1' as const } : {}),
  };
}

/** A run takes a day, waits a day for a person, and then takes back what it did: for so long its approvals are known. */
export const guardReaches = { 'muster.decisions.v1': 3 * 24 * 3_600_000 } as const;

export interface Guards {
  /** As they stand. */
  flags(): Iterable<Flag>;
  decisionOn(changeId: string): Decision | undefined;
}

/** `views` gives the agent's tables; nothing is known while there are none. */
export function guardsIn(views: () => Readonly<Record<string, Table<unknown>>> | undefined): Guards {
  return {
    flags: () => (views()?.[flags] as Table<Flag> | undefined)?.values() ?? [],
    decisionOn: (changeId) => (views()?.[decisions] as Table<Decision> | undefined)?.get(changeId),
  };
}
