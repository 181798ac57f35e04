import { z } from '@muster/agent';

const tiers = z.enum(['CRITICAL', 'HIGH', 'STANDARD', 'LOW']);
const texts = z.record(z.string(), z.string());
const moment = z
  .union([z.number().int(), z.string().transform((text) => Date.parse(text))])
  .refine(Number.isFinite, 'no time');

const targetForm = z.strictObject({
  target: z.string(),
  description: z.string().default(''),
  owner: z.string().default(''),
  tier: tiers.default('STANDARD'),
  dependsOn: z.array(z.string()).default([]),
  labels: texts.default({}),
});

const flagForm = z.strictObject({
  flag: z.string(),
  isOn: z.boolean().default(true),
  startsAt: moment.nullable().default(null),
  endsAt: moment.nullable().default(null),
  targets: z.array(z.string()).default([]),
  reason: z.string().default(''),
  setBy: z.string().default(''),
});

const changeForm = z.strictObject({
  changeId: z.string().default('chg-1'),
  title: z.string().default(''),
  reason: z.string().default(''),
  target: z.string(),
  changeClass: z.string(),
  capability: z.string().default(''),
  capabilityVersion: z.string().default('*'),
  input: z
    .record(z.string(), z.unknown())
    .default({})
    .transform((input) => JSON.stringify(input)),
  undo: z
    .strictObject({ capability: z.string(), input: z.string().default('{}') })
    .nullable()
    .default(null),
  blastRadius: z.number().min(0).max(1).default(0),
  requires: z.array(z.string()).default([]),
  requestedBy: z.string().default('coordinator'),
  rolesRequested: z.array(z.string()).default([]),
  reviewersRequested: z.number().int().default(0),
  expiresAt: z.null().default(null),
  workflowId: z.string().nullable().default(null),
  stepId: z.string().nullable().default(null),
  incidentId: z.string().nullable().default(null),
  attributes: texts.default({}),
});

const alertForm = z.strictObject({
  fingerprint: z.string(),
  target: z.string(),
  title: z.string().default(''),
  severity: z.enum(['INFO', 'WARNING', 'CRITICAL']).default('WARNING'),
  isFiring: z.boolean().default(true),
  count: z.number().int().default(1),
});

const incidentForm = z.strictObject({
  incidentId: z.string().default('inc-1'),
  status: z.enum(['OPEN', 'RESOLVED', 'MERGED']).default('OPEN'),
  severity: z.enum(['INFO', 'WARNING', 'CRITICAL']).default('WARNING'),
  title: z.string().default(''),
  scope: z.string().default('default'),
  target: z.string(),
  targets: z.array(z.string()).default([]),
  alerts: z.array(alertForm).default([]),
  impact: z.array(z.string()).default([]),
  reopened: z.number().int().default(0),
  labels: texts.default({}),
});

const metricForm = z.strictObject({
  target: z.string(),
  name: z.string(),
  value: z.number(),
  unit: z.string().default(''),
  category: z.string().default('PERFORMANCE'),
  labels: texts.default({}),
});

const count = z.number().int().min(0).default(0);
const historyForm = z.strictObject({
  verified: count,
  rolledBack: count,
  recentFailures: count,
  targetFailures: count,
});

const caseForm = z
  .strictObject({
    name: z.string().describe('What the case shows.'),
    change: changeForm.optional().describe('A change request, for the rules of approval.'),
    incident: incidentForm.optional().describe('An incident, for the rules of the coordinator.'),
    metric: metricForm.optional().describe('A sample, for the rules of monitoring.'),
    targets: z.array(targetForm).default([]).describe('The topology.'),
    flags: z.array(flagForm).default([]).describe('Flags that were set.'),
    history: historyForm.prefault({}).describe('How earlier changes went.'),
    at: moment.default(Date.UTC(2026, 0, 7, 12)).describe('When it is: epoch ms or a time.'),
    expect: z
      .strictObject({
        verdict: z.enum(['ALLOW', 'DENY', 'REVIEW', 'NONE', 'RUN', 'ALERT']),
        rule: z
          .union([z.string(), z.array(z.string())])
          .optional()
          .describe('policyId/ruleId that makes the verdict.'),
        playbook: z.string().optional(),
        weight: z.number().optional().describe('What the rules add to the risk.'),
        reviewers: z.number().int().optional(),
        roles: z.array(z.string()).optional(),
      })
      .describe('What the rules must say.'),
  })
  .refine(
    ({ change, incident, metric }) => [change, incident, metric].filter((given) => given !== undefined).length === 1,
    'give one of change, incident, metric',
  );

/** A file of cases that policies are held against. */
export const casesForm = z.strictObject({
  policies: z
    .array(z.string())
    .default([])
    .describe('Policy files or folders, from where this file is; the defaults are there anyway.'),
  cases: z.array(caseForm).min(1),
});

export type PolicyCase = z.infer<typeof caseForm>;
