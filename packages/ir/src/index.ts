export { type KeyContext, withCacheKeys } from './cache-keys.ts'
export type { Condition, ConditionContext } from './condition.ts'
export { conditionHolds } from './condition-holds.ts'
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
  IrStep,
  IrStepConcurrency,
} from './document.ts'
export { Gate, type GateRange } from './gate.ts'
export { type LookupParts, lookupKey } from './lookup-key.ts'
export { DEFAULT_IMAGE } from './parse/check-graph.ts'
export { checkDocument, parsePlan } from './parse-plan.ts'
export { coversFile, isGlob, type PathGlob, pathComponents, pathGlob, pathProblem } from './path-glob.ts'
export type {
  BuildConcurrency,
  CheckResult,
  Plan,
  PlanError,
  PlanErrorCode,
  PlannedStep,
  PlanProblem,
  PlanResult,
  Resources,
  RetryPolicy,
  StepConcurrency,
  WhenFull,
} from './plan.ts'
export { matchesRefGlob } from './ref-glob.ts'
export { type Keyless, positionKey, stepKeys } from './step-keys.ts'
export { comparePaths, compareText } from './text-order.ts'
export { watchedPaths } from './watched-paths.ts'
export { isWholePolicy } from './whole-policy.ts'
