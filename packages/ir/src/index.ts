export { type KeyContext, type LookupAdditions, type LookupParts, lookupKey, withCacheKeys } from './cache-keys.ts'
export { isWholePolicy, watchedPaths } from './cache-policy.ts'
export { type Condition, type ConditionContext, conditionHolds } from './condition.ts'
export type {
  IrArtifact,
  IrBuildConcurrency,
  IrCache,
  IrCachePolicy,
  IrCondition,
  IrDocument,
  IrEdge,
  IrGraph,
  IrInput,
  IrMatrix,
  IrNode,
  IrResources,
  IrRetry,
  IrService,
  IrSplit,
  IrStep,
  IrStepConcurrency,
  IrTests,
} from './document.ts'
export { Gate, type GateRange } from './gate.ts'
export { DEFAULT_IMAGE } from './parse/check-graph.ts'
export { DEFAULT_FORKS } from './parse/tests.ts'
export { checkDocument, parsePlan } from './parse-plan.ts'
export { coversFile, isGlob, type PathGlob, pathComponents, pathGlob, pathProblem } from './path-glob.ts'
export type {
  BuildConcurrency,
  CheckResult,
  Plan,
  PlanError,
  PlanErrorCode,
  PlannedArtifact,
  PlannedInput,
  PlannedService,
  PlannedSplit,
  PlannedStep,
  PlannedTests,
  PlanProblem,
  PlanResult,
  Resources,
  RetryPolicy,
  StepConcurrency,
  WhenFull,
} from './plan.ts'
export { RETRY_REASONS } from './retry-reasons.ts'
export { type Keyless, positionKey, stepKeys } from './step-keys.ts'
export { comparePaths, compareText } from './text-order.ts'
export { matchesRefGlob } from './wildcard.ts'
