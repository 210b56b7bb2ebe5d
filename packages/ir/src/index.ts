export { lookupKey, withCacheKeys } from './cache-keys.ts'
export { isWholePolicy, watchedPaths } from './cache-policy.ts'
export { type Condition, type ConditionContext, conditionHolds } from './condition.ts'
export type {
  IrAppend,
  IrArtifact,
  IrBuildConcurrency,
  IrCachePolicy,
  IrCondition,
  IrDocument,
  IrEdge,
  IrGraph,
  IrMatrix,
  IrNode,
  IrResources,
  IrRetry,
  IrService,
  IrSplit,
  IrStep,
  IrStepConcurrency,
  IrTests,
  IrToken,
} from './document.ts'
export { FEATURES, featuresOf } from './features.ts'
export { Gate } from './gate.ts'
export { coversHosts, type HostPattern, hostPattern, hostText } from './host-pattern.ts'
export { DEFAULT_IMAGE } from './parse/check-graph.ts'
export { DEFAULT_FORKS } from './parse/tests.ts'
export { checkDocument, parsePlan } from './parse-plan.ts'
export { coversFile, isGlob, type PathGlob, pathComponents, pathGlob, pathProblem } from './path-glob.ts'
export type {
  BuildConcurrency,
  Egress,
  Plan,
  PlanError,
  PlanErrorCode,
  PlannedArtifact,
  PlannedService,
  PlannedSplit,
  PlannedStep,
  PlanResult,
  RetryPolicy,
  StepConcurrency,
  WhenFull,
} from './plan.ts'
export { type AppendedPlan, type AppendedResult, planAppended, type StepFile } from './plan-appended.ts'
export { RETRY_REASONS } from './retry-reasons.ts'
export { positionKey, stepKeys } from './step-keys.ts'
export { comparePaths, compareText } from './text-order.ts'
export { matchesRefGlob } from './wildcard.ts'
