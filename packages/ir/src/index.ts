export { type KeyContext, type LookupAdditions, type LookupParts, lookupKey, withCacheKeys } from './cache-keys.ts'
export { isWholePolicy, watchedPaths } from './cache-policy.ts'
export { type Condition, type ConditionContext, conditionHolds } from './condition.ts'
export type {
  IrAppend,
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
  IrToken,
} from './document.ts'
export { FEATURES, type Feature, featuresOf } from './features.ts'
export { Gate, type GateRange } from './gate.ts'
export { coversHosts, type HostPattern, hostPattern, hostText } from './host-pattern.ts'
export { DEFAULT_IMAGE } from './parse/check-graph.ts'
export { DEFAULT_FORKS } from './parse/tests.ts'
export { checkDocument, parsePlan } from './parse-plan.ts'
export { coversFile, isGlob, type PathGlob, pathComponents, pathGlob, pathProblem } from './path-glob.ts'
export type {
  BuildConcurrency,
  CheckResult,
  Egress,
  Plan,
  PlanError,
  PlanErrorCode,
  PlannedAppend,
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
export { type AppendedPlan, type AppendedResult, planAppended, type StepFile } from './plan-appended.ts'
export { RETRY_REASONS } from './retry-reasons.ts'
export { type Keyless, positionKey, stepKeys } from './step-keys.ts'
export { comparePaths, compareText } from './text-order.ts'
export { matchesRefGlob } from './wildcard.ts'
