/** Which remediations an incident wants, by the policies; once for each incident and cause. */
import { handled, ignored, type Outcome } from '@muster/agent';
import type { Message } from '@muster/bus';
import { remediesFor, ruleBookOf } from '@muster/policy';
import type { RemediationInput } from '@muster/schemas';
import type { Context } from './tables.ts';

/** What an incident asked for. */
export interface IncidentState {
  readonly wanted: readonly string[];
  readonly reopened: number;
}

type Topic = 'muster.remediations.v1';
/** More rules than this do not start anything for one incident. */
const mostWanted = 20;

export function onIncident(
  { value: incident }: Message<'muster.incidents.v1'>,
  { state, tables }: Context<IncidentState>,
): Outcome<IncidentState, Topic> {
  const { incidentId, status, target, reopened } = incident;
  if (status !== 'OPEN') {
    if (state === undefined || state.wanted.length === 0) return handled({ state: null });
    const reason = status === 'RESOLVED' ? 'the incident resolved' : 'the incident was merged into another';
    return handled({
      state: null,
      publish: state.wanted.map((cause) => remediation({ cause, kind: 'QUIET', incidentId, target, reason })),
    });
  }
  const known = state?.reopened === reopened ? state.wanted : [];
  const { remedies } = remediesFor(ruleBookOf('coordinator', tables.policies), incident);
  const fresh = remedies
    .map((remedy) => ({ ...remedy, cause: `${target}/${remedy.ruleId}` }))
    .filter(({ cause }) => !known.includes(cause))
    .slice(0, Math.max(0, mostWanted - known.length));
  if (fresh.length === 0 && state !== undefined && state.reopened === reopened)
    return ignored('it asks for nothing that it has not asked for');
  return handled({
    state: { wanted: [...known, ...fresh.map(({ cause }) => cause)], reopened },
    publish: fresh.map(({ cause, policyId, ruleId, policyVersion, playbook, input, reason }) =>
      remediation({
        cause,
        kind: 'WANTED',
        incidentId,
        target,
        playbook,
        input: JSON.stringify(input),
        rule: `${policyId}/${ruleId}@${policyVersion}`,
        reason,
      }),
    ),
  });
}

function remediation(value: RemediationInput): { readonly topic: Topic; readonly value: RemediationInput } {
  return { topic: 'muster.remediations.v1', value };
}
