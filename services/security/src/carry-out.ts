/** What the agent's own actions came to, made known to those who enforce it. */
import { handled, ignored, type HandlerContext, type Outcome } from '@muster/agent';
import type { Message } from '@muster/bus';
import { containmentOutput } from './actions/containment-output.ts';
import type { SecurityTables } from './decide.ts';
import type { Settings } from './settings.ts';

const statuses = { 'security.block-address': 'ACTIVE', 'security.release-address': 'RELEASED' } as const;
const isOurs = (capability: string): capability is keyof typeof statuses => capability in statuses;

/** Publishes the block or the release that a completed task came to. */
export function carryOut(
  { value: result }: Message<'muster.task-results.v1'>,
  { now }: HandlerContext<never, Settings, SecurityTables>,
): Outcome<never, 'muster.blocks.v1'> {
  const { agent, capability, status, output } = result;
  if (agent !== 'security' || !isOurs(capability)) return ignored('it is no result of a containment');
  if (status !== 'COMPLETED') return ignored('nothing was done');
  const read = containmentOutput.safeParse(parsed(output));
  if (!read.success || read.data.endsAt <= now) return ignored('it is over, or not as this agent writes it');
  const decidedBy = read.data.changeId === null ? 'a task' : 'an approved change';
  const value = { ...read.data, status: statuses[capability], decidedBy };
  return handled({ publish: [{ topic: 'muster.blocks.v1', value }] });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
