export { flagInForce, isInForce, matchesGlob } from './flag.ts';
export { conditionCompiler, ConditionError, type Condition, type ConditionVariables } from './condition.ts';
