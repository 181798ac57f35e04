export { checkTargets, type CheckedTargets, type TargetProblem } from './check-targets.ts';
export { labelChecks } from './label-checks.ts';
export { brokersOf, resolveAddress, shown, type CheckKind } from './address.ts';
export type { Check, CheckedTarget } from './form.ts';
