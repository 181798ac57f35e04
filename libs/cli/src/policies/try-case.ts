/** What policies say of a case, beside what it expects. */
import { changeFacts, hearRules, remediesFor, ruleBook, ruleName } from '@muster/policy';
import type { Flag, Incident, Policy, Target } from '@muster/schemas';
import type { PolicyCase } from './case-form.ts';

/** What the rules said. */
export interface Said {
  readonly verdict: string;
  /** 'policyId/ruleId' of the rules that made it. */
  readonly rules: readonly string[];
  readonly playbooks: readonly string[];
  readonly weight: number;
  readonly reviewers: number;
  readonly roles: readonly string[];
  /** Everything that was said, a line each. */
  readonly voices: readonly string[];
}

export interface CaseResult {
  readonly name: string;
  readonly expected: PolicyCase['expect'];
  readonly said: Said;
  /** What differs, a line each; empty: it is as expected. */
  readonly differences: readonly string[];
}

const envelope = { id: 'case', time: 0, source: 'case', correlationId: 'case', causationId: null };
const nothing = { playbooks: [], weight: 0, reviewers: 0, roles: [] } as const;

export function tryCase(given: PolicyCase, policies: readonly Policy[]): CaseResult {
  const said = saidOf(given, policies);
  return { name: given.name, expected: given.expect, said, differences: differencesOf(given.expect, said) };
}

function saidOf(given: PolicyCase, policies: readonly Policy[]): Said {
  if (given.change !== undefined) return ofChange(given, given.change, policies);
  if (given.incident !== undefined) return ofIncident(given.incident, policies);
  if (given.metric !== undefined) return ofMetric(given, given.metric, policies);
  throw new Error(`The case ${given.name} gives nothing.`);
}

function ofChange(
  { targets, flags, history, at: now }: PolicyCase,
  request: NonNullable<PolicyCase['change']>,
  policies: readonly Policy[],
): Said {
  const known: readonly Target[] = targets.map((target) => ({ envelope, ...target }));
  const facts = changeFacts(
    {
      request,
      target: known.find(({ target }) => target === request.target),
      dependents: known.filter(({ dependsOn }) => dependsOn.includes(request.target)).length,
      flags: flags.map((flag): Flag => ({ envelope, ...flag })),
      now,
    },
    history,
  );
  const { verdict, decidedBy, weight, needs, voices } = hearRules(ruleBook('approval', policies), facts);
  return {
    verdict,
    rules: decidedBy,
    playbooks: [],
    weight: Math.round(weight * 1_000) / 1_000,
    reviewers: Math.max(0, ...needs.map(({ reviewers }) => reviewers)),
    roles: [...new Set(needs.flatMap(({ roles }) => roles))],
    voices: voices.map(({ verdict: each, policyId, ruleId, reason }) => `${each} ${policyId}/${ruleId}: ${reason}`),
  };
}

function ofIncident(given: NonNullable<PolicyCase['incident']>, policies: readonly Policy[]): Said {
  const alerts = given.alerts.map((alert) => ({ ...alert, startsAt: 0, endsAt: null, reason: '' }));
  const incident: Omit<Incident, 'envelope'> = {
    ...given,
    alerts,
    alertCount: alerts.length,
    foldedCount: 0,
    suspectedCause: null,
    timeline: [],
    openedAt: 0,
    resolvedAt: null,
    mergedInto: null,
  };
  const { remedies, problems } = remediesFor(ruleBook('coordinator', policies), incident);
  return {
    ...nothing,
    verdict: remedies.length > 0 ? 'RUN' : 'NONE',
    rules: remedies.map(({ policyId, ruleId }) => `${policyId}/${ruleId}`),
    playbooks: remedies.map(({ playbook }) => playbook),
    voices: [
      ...remedies.map(
        ({ policyId, ruleId, playbook, input }) => `RUN ${policyId}/${ruleId}: ${playbook} ${JSON.stringify(input)}`,
      ),
      ...problems,
    ],
  };
}

function ofMetric(
  { targets }: PolicyCase,
  sample: NonNullable<PolicyCase['metric']>,
  policies: readonly Policy[],
): Said {
  const known = targets.find(({ target }) => target === sample.target);
  const facts = { ...sample, tier: known?.tier ?? 'STANDARD', owner: known?.owner ?? '' };
  const holding = ruleBook('monitoring', policies).filter(({ condition }) => {
    try {
      return condition?.holds(facts) === true;
    } catch {
      // A sample without what the rule asks for is not meant by it.
      return false;
    }
  });
  return {
    ...nothing,
    verdict: holding.length > 0 ? 'ALERT' : 'NONE',
    rules: holding.map(ruleName),
    voices: holding.map((booked) => `ALERT ${ruleName(booked)}: ${booked.rule.when}`),
  };
}

function differencesOf(expected: PolicyCase['expect'], said: Said): string[] {
  const rules = expected.rule === undefined ? [] : [expected.rule].flat();
  const differ = (what: string, is: unknown, wanted: unknown): string[] =>
    wanted === undefined || JSON.stringify(is) === JSON.stringify(wanted)
      ? []
      : [`${what}: expected ${text(wanted)}, was ${text(is)}`];
  const absent = rules.filter((rule) => !said.rules.includes(rule));
  return [
    ...differ('verdict', said.verdict, expected.verdict),
    ...(absent.length > 0 ? [`rule: expected ${absent.join(', ')}, was ${said.rules.join(', ') || 'none'}`] : []),
    ...(expected.playbook === undefined || said.playbooks.includes(expected.playbook)
      ? []
      : [`playbook: expected ${expected.playbook}, was ${said.playbooks.join(', ') || 'none'}`]),
    ...differ('weight', said.weight, expected.weight),
    ...differ('reviewers', said.reviewers, expected.reviewers),
    ...differ('roles', said.roles, expected.roles),
  ];
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
