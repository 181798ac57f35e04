export { flagInForce, isInForce, matchesGlob } from './flag.ts';
export { conditionCompiler, type Condition } from './condition.ts';
export { nextAuditRecord, verifyChain, type AuditChainEnd, type AuditEntry, type AuditProblem } from './audit-chain.ts';
export {
  ConditionError,
  expressionCompiler,
  type ConditionVariables,
  type Expression,
  type FieldTypes,
} from './expression.ts';
