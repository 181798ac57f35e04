export { bareRule } from './bare-rule.ts';
export { flagInForce, isInForce, matchesGlob } from './flag.ts';
export { conditionCompiler, type Condition } from './condition.ts';
export {
  chainedRecord,
  isWaiting,
  nextAuditRecord,
  verifyChain,
  waitingRecord,
  type AuditChainEnd,
  type AuditEntry,
  type AuditProblem,
} from './audit-chain.ts';
export {
  ConditionError,
  expressionCompiler,
  type ConditionVariables,
  type Expression,
  type FieldTypes,
} from './expression.ts';
export {
  changeFacts,
  unmetRequirements,
  isReversible,
  type ChangeHistory,
  type Circumstances,
} from './change-facts.ts';
export { alertFacts, inhibitionVariables } from './inhibition-facts.ts';
export { partWithout } from './part-without.ts';
export { hearRules, type RulesHeard, type ReviewNeed } from './hear-rules.ts';
export { remediesFor, type Remedy } from './remedies.ts';
export {
  isRuledAgent,
  ruledAgents,
  ruleBook,
  ruleBookOf,
  ruleName,
  type PolicyTable,
  type RuleBook,
  type RuledAgent,
  type BookedRule,
} from './rule-book.ts';
export { compileSilence, labelOf, type CompiledSilence } from './silence.ts';
export { defaultPolicies } from './generated/default-policies.ts';
export { signalVariables } from './signal-variables.ts';
export { didYouMean, nearestName } from './nearest.ts';
