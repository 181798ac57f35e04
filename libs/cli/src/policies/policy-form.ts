import { z } from '@muster/agent';

const name = z.string().regex(/^[A-Za-z0-9][\w.-]*$/, 'letters, digits, dots, hyphens and underscores');
const texts = z.record(z.string(), z.string());

const ruleForm = z.strictObject({
  ruleId: name.describe('Id of the rule within its policy.'),
  description: z.string().default('').describe('What it says, in a sentence for the people who read its verdicts.'),
  when: z.string().describe('The condition, in CEL.'),
  verdict: z
    .enum(['ALLOW', 'DENY', 'REVIEW', 'WEIGHT', 'RUN', 'ALERT', 'INHIBIT'])
    .describe(
      'What it says when it matches: approval ALLOW, DENY, REVIEW, WEIGHT; coordinator RUN; monitoring ALERT; correlation INHIBIT.',
    ),
  weight: z.number().min(-1).max(1).default(0).describe('WEIGHT: what it adds to the risk; negative lowers it.'),
  severity: z.enum(['INFO', 'WARNING', 'CRITICAL']).default('WARNING').describe('ALERT: how bad it is.'),
  forMs: z.number().int().min(0).default(0).describe('ALERT: how long the condition must hold without a break, ms.'),
  title: z.string().default('').describe('ALERT: its title; {field} stands for that field of the signal.'),
  labels: texts.default({}).describe('ALERT: labels added to it.'),
  playbook: z.string().nullable().default(null).describe('RUN: the playbook.'),
  input: texts.default({}).describe("RUN: the playbook's input, each value a CEL expression over the incident."),
  reviewers: z.number().int().min(1).max(20).default(1).describe('REVIEW: approvals of different people it takes.'),
  roles: z.array(z.string()).default([]).describe('REVIEW: roles of which each reviewer must have one; empty is any.'),
});

/** A policy as people write it, in YAML. What is left out has its default. */
export const policyForm = z.strictObject({
  policyId: name.describe('Id of the policy. That of a default policy takes its place.'),
  version: z.number().int().min(1).describe('Counts up with every change.'),
  agent: z.string().describe('The agent that evaluates it.'),
  description: z.string().default('').describe('What it is for.'),
  isEnabled: z.boolean().default(true).describe('Whether its rules are in force.'),
  rules: z.array(ruleForm).max(500).describe('The rules, in the order in which they are heard.'),
});

/** The JSON schema of a policy file, for editors, as text. */
export function policySchemaText(): string {
  const schema = z.toJSONSchema(policyForm, { io: 'input' });
  return `${JSON.stringify({ title: 'Muster policy', ...schema }, null, 2)}\n`;
}
