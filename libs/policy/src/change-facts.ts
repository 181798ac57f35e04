import type { ChangeRequest, Flag, Target } from '@muster/schemas';
import { conditionCompiler } from './condition.ts';
import type { ConditionVariables, FieldTypes } from './expression.ts';
import { flagInForce, isInForce } from './flag.ts';

/** What a change is judged in. */
export interface Circumstances {
  readonly request: Omit<ChangeRequest, 'envelope'>;
  /** The target as the topology has it; undefined when it is not there. */
  readonly target: Target | undefined;
  /** How many targets depend on it directly. */
  readonly dependents: number;
  readonly flags: Iterable<Flag>;
  /** Epoch ms. */
  readonly now: number;
}

/** How earlier changes went; counts. */
export interface ChangeHistory {
  /** Of the last changes of the class: how many ended verified, and how many did not. */
  readonly verified: number;
  readonly rolledBack: number;
  /** Within a day: changes of the class, and changes of the target, that did not end verified. */
  readonly recentFailures: number;
  readonly targetFailures: number;
}

const change: FieldTypes = {
  id: 'string',
  class: 'string',
  title: 'string',
  reason: 'string',
  capability: 'string',
  input: 'dyn',
  blastRadius: 'double',
  isReversible: 'bool',
  requestedBy: 'string',
  incidentId: 'string',
  workflowId: 'string',
  attributes: 'map<string, string>',
};
const target: FieldTypes = {
  name: 'string',
  isKnown: 'bool',
  tier: 'string',
  owner: 'string',
  dependsOn: 'list<string>',
  dependents: 'int',
  labels: 'map<string, string>',
};
const history: FieldTypes = { verified: 'int', rolledBack: 'int', recentFailures: 'int', targetFailures: 'int' };

/** What a requirement of a change may look at. `flags` are names of those on for the target, `frozen` and `stopped` whether a freeze or the kill switch is among them. */
const requirementVariables: ConditionVariables = {
  change,
  target,
  flags: 'list<string>',
  frozen: 'bool',
  stopped: 'bool',
  now: 'google.protobuf.Timestamp',
};

/** What a rule of approval may look at: the same, and how earlier changes went. */
export const changeVariables: ConditionVariables = { ...requirementVariables, history };

/** Changes of these classes leave nothing behind that could be taken back. */
const leavesNothing: ReadonlySet<string> = new Set(['restart']);

export function isReversible({ undo, changeClass }: Circumstances['request']): boolean {
  return undo !== null || leavesNothing.has(changeClass);
}

/** The facts for conditions over {@link changeVariables}. A target that is not in the topology has tier UNKNOWN. */
export function changeFacts(
  { request, target: known, dependents, flags, now }: Circumstances,
  { verified, rolledBack, recentFailures, targetFailures }: ChangeHistory,
): Readonly<Record<string, unknown>> {
  const all = [...flags];
  return {
    change: {
      id: request.changeId,
      class: request.changeClass,
      title: request.title,
      reason: request.reason,
      capability: request.capability,
      input: parsed(request.input),
      blastRadius: request.blastRadius,
      isReversible: isReversible(request),
      requestedBy: request.requestedBy,
      incidentId: request.incidentId ?? '',
      workflowId: request.workflowId ?? '',
      attributes: request.attributes,
    },
    target: {
      name: request.target,
      isKnown: known !== undefined,
      tier: known?.tier ?? 'UNKNOWN',
      owner: known?.owner ?? '',
      dependsOn: known?.dependsOn ?? [],
      dependents: BigInt(dependents),
      labels: known?.labels ?? {},
    },
    flags: all.filter((flag) => isInForce(flag, request.target, now)).map(({ flag }) => flag),
    frozen: flagInForce(all, 'freeze', request.target, now) !== undefined,
    stopped: flagInForce(all, 'kill-switch', request.target, now) !== undefined,
    now: new Date(now),
    history: {
      verified: BigInt(verified),
      rolledBack: BigInt(rolledBack),
      recentFailures: BigInt(recentFailures),
      targetFailures: BigInt(targetFailures),
    },
  };
}

const none: ChangeHistory = { verified: 0, rolledBack: 0, recentFailures: 0, targetFailures: 0 };
const compileRequirement = conditionCompiler(requirementVariables);

/**
 * Why what a change requires is not so: a sentence for each requirement that does not hold, or can't be judged. Empty: all hold. Look at it
 * when the change is decided, and again right before it is executed.
 */
export function unmetRequirements(circumstances: Circumstances): readonly string[] {
  const { requires } = circumstances.request;
  if (requires.length === 0) return [];
  const facts = changeFacts(circumstances, none);
  return requires.flatMap((source) => {
    try {
      return compileRequirement(source).holds(facts) ? [] : [`it requires ${source}, which is not so`];
    } catch (error) {
      return [`what it requires can't be judged: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return {};
  }
}
