/** Playbooks by name, as they stand now, and what agents offer. */
import type { Table } from '@muster/agent';
import { didYouMean } from '@muster/policy';
import type { AgentCard, Playbook as Published } from '@muster/schemas';
import {
  checkPlaybook,
  problemText,
  readyPlaybooks,
  type Capabilities,
  type CheckedPlaybook,
  type JsonShape,
  type Playbook,
} from '@muster/workflow';

interface Wish {
  readonly playbook: string | null;
  readonly playbookVersion: number | null;
  /** A playbook written out. */
  readonly graph: string | null;
}

export type Found = { readonly playbook: Playbook } | { readonly problem: string };

/** The playbook that a command asks for, checked; or, in a sentence, why there is none. */
export function findPlaybook(wish: Wish, published: Table<Published>, cards: Table<AgentCard>): Found {
  const { playbook: name, playbookVersion: version, graph } = wish;
  const record = name === null ? undefined : published.get(name);
  if (graph === null && record?.isEnabled === false) return { problem: `the playbook ${name} is switched off` };
  const source = graph ?? record?.source ?? readyPlaybooks().get(name ?? '');
  if (source === undefined) {
    const names = [
      ...new Set([...readyPlaybooks().keys(), ...[...published.values()].map((each) => each.name)]),
    ].sort();
    return {
      problem: `there is no playbook ${name ?? ''}${didYouMean(name ?? '', names)} (known: ${names.slice(0, 30).join(', ')})`,
    };
  }
  const checked = checkOnce(source, cards);
  const what = graph === null ? `the playbook ${name}` : 'the playbook written out';
  if ('problems' in checked) return { problem: `${what} can't be run: ${problemText(checked.problems)}` };
  const { playbook } = checked;
  if (version !== null && playbook.version !== version)
    return { problem: `${what} has version ${playbook.version}, and version ${version} was asked for` };
  return { playbook };
}

// What follows from a source and the cards is kept until the cards change.
const checks = new Map<
  string,
  { readonly cards: Table<AgentCard>; readonly version: number; readonly checked: CheckedPlaybook }
>();
const mostChecks = 200;

function checkOnce(source: string, cards: Table<AgentCard>): CheckedPlaybook {
  const known = checks.get(source);
  if (known?.cards === cards && known.version === cards.version) return known.checked;
  const checked = checkPlaybook(source, cards.size === 0 ? {} : { capabilities: capabilitiesOf(cards) });
  checks.delete(source);
  if (checks.size >= mostChecks) checks.delete(checks.keys().next().value ?? '');
  checks.set(source, { cards, version: cards.version, checked });
  return checked;
}

/** With several agents that offer the same, an input need fit only one: then it is not checked. */
function capabilitiesOf(cards: Table<AgentCard>): Capabilities {
  const known = new Map<string, { readonly inputSchema?: JsonShape }>();
  for (const { skills } of cards.values())
    for (const { capability, inputSchema } of skills)
      known.set(capability, known.has(capability) ? {} : { inputSchema: shapeOf(inputSchema) });
  return known;
}

function shapeOf(json: string): JsonShape {
  try {
    return JSON.parse(json) as JsonShape;
  } catch {
    return {};
  }
}
