export { conditionCompiler, ConditionError, type Condition, type ConditionVariables } from './condition.ts';
