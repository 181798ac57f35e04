import type { Target } from '@muster/schemas';
import { checkForm, checkOf, type Check, type CheckedTarget } from './form.ts';

/**
 * The checks that a target of the topology declares in its labels: `check: https://shop.example/health`, further ones as `check.<name>`, and
 * `checkEvery: 30s` for all of them. Undefined where it declares none; problems are sentences.
 */
export function labelChecks({
  target,
  dependsOn,
  labels,
}: Pick<Target, 'target' | 'dependsOn' | 'labels'>):
  | { readonly checked: CheckedTarget; readonly problems: readonly string[] }
  | undefined {
  const declared = Object.entries(labels).filter(([label]) => label === 'check' || label.startsWith('check.'));
  if (declared.length === 0) return undefined;
  const checks: Check[] = [];
  const problems: string[] = [];
  for (const [label, address] of declared.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const name = label === 'check' ? {} : { name: label.slice('check.'.length) };
    const every = labels['checkEvery'] === undefined ? {} : { every: labels['checkEvery'] };
    const formed = checkForm.safeParse({ address, ...name, ...every });
    if (formed.success) checks.push(checkOf(formed.data));
    else problems.push(`${target}: label ${label}: ${formed.error.issues[0]?.message ?? 'is not right'}`);
  }
  return { checked: { target, dependsOn, checks }, problems };
}
