// Writes the default policies, which people read and change as YAML, as a module: agents then need neither files nor a YAML reader for them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { bareRule } from './bare-rule.ts';

type Fields = Readonly<Record<string, unknown>>;

const folder = fileURLToPath(new URL('../policies', import.meta.url));
const module = fileURLToPath(new URL('generated/default-policies.ts', import.meta.url));

function policyOf(file: string): Fields {
  const { rules, ...policy } = parse(readFileSync(`${folder}/${file}`, 'utf8')) as Fields & { rules: Fields[] };
  const id = String(policy['policyId']);
  return {
    envelope: { id, time: 0, source: 'muster', correlationId: id, causationId: null },
    isEnabled: true,
    ...policy,
    rules: rules.map((rule) => ({ ...bareRule, ...rule })),
  };
}

/** The text of the module. */
export function defaultPoliciesModule(): string {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  const policies = files.toSorted().map(policyOf);
  return `// Written by generate-defaults.ts from policies/*.yaml. Do not edit.
import type { Policy } from '@muster/schemas';

/** Policies that are in force unless one with their id is published. */
export const defaultPolicies: readonly Policy[] = ${JSON.stringify(policies, null, 2)};
`;
}

if (import.meta.main) writeFileSync(module, defaultPoliciesModule());
