import { checkTargets, type Check } from '@muster/targets';

/** A check as a file of targets would declare it. */
export function checkAt(address: string, more: Readonly<Record<string, unknown>> = {}): Check {
  const source = JSON.stringify({ targets: [{ target: 't', checks: [{ address, ...more }] }] });
  const checked = checkTargets(source);
  const [check] = 'targets' in checked ? (checked.targets[0]?.checks ?? []) : [];
  if (check === undefined) throw new Error(`the test declares no right check: ${JSON.stringify(checked)}`);
  return check;
}
