/** What tests begin with: requests, policies and flags of which they say only what matters. */
import type { ChangeRequest, Flag, Incident, Policy, Rule, Target } from '@muster/schemas';
import { bareRule } from '../src/bare-rule.ts';
import { changeFacts, type ChangeHistory, type Circumstances } from '../src/change-facts.ts';

const envelope = { id: '1', time: 0, source: 'test', correlationId: 'c', causationId: null };

export const request = (change: Partial<ChangeRequest> = {}): ChangeRequest => ({
  envelope,
  changeId: 'chg-1',
  title: 'Restart shop',
  reason: '',
  target: 'shop',
  changeClass: 'restart',
  capability: 'recovery.restart',
  capabilityVersion: '*',
  input: '{}',
  undo: null,
  blastRadius: 0.5,
  requires: [],
  requestedBy: 'coordinator',
  rolesRequested: [],
  reviewersRequested: 0,
  expiresAt: null,
  workflowId: null,
  stepId: null,
  incidentId: null,
  attributes: {},
  ...change,
});

export const shop: Target = {
  envelope,
  target: 'shop',
  description: '',
  owner: 'team-shop',
  tier: 'STANDARD',
  dependsOn: [],
  labels: {},
};

export const flagNamed = (flag: string, change: Partial<Flag> = {}): Flag => ({
  envelope,
  flag,
  isOn: true,
  startsAt: null,
  endsAt: null,
  targets: [],
  reason: '',
  setBy: '',
  ...change,
});

const rule = (change: Partial<Rule>): Rule => ({
  ...bareRule,
  ruleId: 'r',
  when: 'true',
  verdict: 'ALLOW',
  ...change,
});

export const policy = (rules: readonly Partial<Rule>[], change: Partial<Policy> = {}): Policy => ({
  envelope,
  policyId: 'p',
  version: 1,
  agent: 'approval',
  description: '',
  isEnabled: true,
  rules: rules.map((each, index) => rule({ ruleId: `r${index + 1}`, ...each })),
  ...change,
});

/** Stands in the place of the defaults of approval and has no rules. */
export const noDefaults = policy([], { policyId: 'approval-defaults' });

export const circumstances = (change: Partial<Circumstances> = {}): Circumstances => ({
  request: request(),
  target: shop,
  dependents: 0,
  flags: [],
  now: 1_000,
  ...change,
});

export const facts = (
  change: Partial<Circumstances> = {},
  history: Partial<ChangeHistory> = {},
): Readonly<Record<string, unknown>> =>
  changeFacts(circumstances(change), { verified: 0, rolledBack: 0, recentFailures: 0, targetFailures: 0, ...history });

export const incident = (signals: readonly string[], change: Partial<Incident> = {}): Incident => ({
  envelope,
  incidentId: 'inc-1',
  status: 'OPEN',
  severity: 'WARNING',
  title: 'shop is slow',
  scope: 'default',
  target: 'shop',
  targets: ['shop'],
  alerts: signals.map((signal) => ({
    fingerprint: `shop/${signal}/unusual`,
    target: 'shop',
    title: signal,
    severity: 'WARNING',
    isFiring: true,
    startsAt: 0,
    endsAt: null,
    count: 1,
    reason: '',
  })),
  alertCount: signals.length,
  foldedCount: 0,
  suspectedCause: null,
  impact: [],
  timeline: [],
  openedAt: 0,
  resolvedAt: null,
  reopened: 0,
  mergedInto: null,
  labels: {},
  ...change,
});
