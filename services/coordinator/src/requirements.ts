import { unmetRequirements } from '@muster/policy';
import type { ChangeRequest } from '@muster/schemas';
import type { RunHost } from '@muster/workflow';
import type { Context } from './tables.ts';

/** Looks once more, right before a change is executed, whether what it requires holds. */
export function hostOf({ tables, now }: Pick<Context<unknown>, 'tables' | 'now'>): RunHost {
  return {
    unmet(condition, { target, capability, input }, { workflowId, about }, changeId) {
      const request: Omit<ChangeRequest, 'envelope'> = {
        changeId: changeId ?? '',
        title: '',
        reason: '',
        target: target ?? '',
        changeClass: '',
        capability,
        capabilityVersion: '*',
        input: JSON.stringify(input),
        undo: null,
        blastRadius: 0,
        requestedBy: 'coordinator',
        rolesRequested: [],
        reviewersRequested: 0,
        expiresAt: null,
        workflowId,
        stepId: null,
        incidentId: about.incidentId,
        attributes: {},
        ...tables.changeRequests.get(changeId ?? ''),
        requires: [condition],
      };
      let dependents = 0;
      for (const { dependsOn } of tables.targets.values()) if (dependsOn.includes(request.target)) dependents += 1;
      const circumstances = {
        request,
        target: tables.targets.get(request.target),
        dependents,
        flags: tables.flags.values(),
        now,
      };
      return unmetRequirements(circumstances)[0];
    },
  };
}
