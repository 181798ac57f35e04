export { flagInForce, isInForce, matchesGlob } from './flag.ts';
export { conditionCompiler, ConditionError, type Condition, type ConditionVariables } from './condition.ts';
export { nextAuditRecord, verifyChain, type AuditChainEnd, type AuditEntry, type AuditProblem } from './audit-chain.ts';
