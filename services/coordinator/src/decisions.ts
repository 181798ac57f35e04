/** What was decided on changes: told to the run that waits for it, or carried out by a run of its own. */
import { handled, ignored, rejected, type Outcome } from '@muster/agent';
import type { Message } from '@muster/bus';
import type { ChangeRequest, Decision } from '@muster/schemas';
import type { Context } from './tables.ts';

type Topic = 'muster.workflow-commands.v1';

/** What is final is remembered for a day: the first final decision on the topic stands, whatever is said later. */
export interface DecisionState {
  readonly verdict: string;
}

const rememberMs = 24 * 3_600_000;
const isFinal = (verdict: string): boolean => ['APPROVED', 'REJECTED', 'EXPIRED'].includes(verdict);

/** The table of requests is not as far as the decision; it will be in a moment. */
class NotYetKnown extends Error {
  override readonly name = 'NotYetKnown';
  readonly faultClass = 'transient';
}

export function onDecision(
  message: Message<'muster.decisions.v1'>,
  context: Context<DecisionState>,
): Outcome<DecisionState, Topic> {
  const { changeId, verdict } = message.value;
  if (!isFinal(verdict)) return follow(message.value, context);
  if (context.state !== undefined)
    return ignored(`change ${changeId} was ${context.state.verdict} before, and the first decision stands`);
  const outcome = follow(message.value, context);
  const publish = outcome.kind === 'handled' ? (outcome.publish ?? []) : [];
  return handled({ state: { verdict }, publish, wakeAt: context.now + rememberMs });
}

export function forgetDecision(): Outcome<DecisionState, Topic> {
  return handled({ state: null });
}

function follow(decision: Decision, { tables }: Context<DecisionState>): Outcome<DecisionState, Topic> {
  const { changeId, verdict, isShadow, reason, reviews, workflowId, stepId, expiresAt, incidentId } = decision;
  if (workflowId !== null) {
    const deniedBy =
      verdict === 'REJECTED' ? (reviews.findLast((each) => each.verdict === 'DENY')?.reviewer ?? null) : null;
    const told = { verdict, isShadow, reason: reason.slice(0, 500), changeId, expiresAt };
    const payload = JSON.stringify(deniedBy === null ? told : { ...told, deniedBy: deniedBy.slice(0, 100) });
    const signal = `decision:${stepId ?? ''}`;
    return handled({
      publish: [
        {
          topic: 'muster.workflow-commands.v1',
          value: { workflowId, kind: 'SIGNAL', signal, payload, requestedBy: 'coordinator', incidentId },
        },
      ],
    });
  }
  if (verdict !== 'APPROVED') return ignored(`there is nothing to do for a change that is ${verdict}`);
  if (isShadow) return ignored('decided for the record only');
  const request = tables.changeRequests.get(changeId);
  if (request !== undefined && request.envelope.id !== decision.requestId)
    return rejected(
      `the request that was decided (${decision.requestId}) is not the newest of change ${changeId}: somebody has asked again under the same id, for something nobody has decided on`,
    );
  if (request === undefined) throw new NotYetKnown(`the request of change ${changeId} is not in the table yet`);
  return handled({
    publish: [
      {
        topic: 'muster.workflow-commands.v1',
        value: {
          workflowId: `change-${changeId}`,
          kind: 'START',
          playbook: 'change',
          input: JSON.stringify(inputOf(request, expiresAt, tables.targets.get(request.target) !== undefined)),
          requestedBy: request.requestedBy,
          reason: request.title,
          target: request.target,
          incidentId: request.incidentId,
          changeId,
        },
      },
    ],
  });
}

/** The input of the playbook `change`. */
function inputOf(
  request: ChangeRequest,
  expiresAt: number | null,
  isKnown: boolean,
): Readonly<Record<string, unknown>> {
  const { target, capability, capabilityVersion, input, undo, requires, attributes } = request;
  return {
    target,
    capability,
    version: capabilityVersion,
    input: parsed(input),
    undo: undo === null ? null : { capability: undo.capability, input: parsed(undo.input) },
    verify: verificationOf(target, attributes['verify'], isKnown),
    requires,
    expiresAt,
  };
}

/**
 * How it is verified: by the capability that the attribute `verify` names, not at all where it says none; else a target of the topology
 * must be well afterwards.
 */
function verificationOf(target: string, verify: string | undefined, isKnown: boolean): object | null {
  if (verify === 'none' || (verify === undefined && !isKnown)) return null;
  const input = { target, healthyForMs: 10_000, withinMs: 60_000 };
  return { capability: verify ?? 'recovery.verify', input: verify === undefined ? input : { target } };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return {};
  }
}
