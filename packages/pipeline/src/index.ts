export { type AptBaseOptions, aptBase } from './apt-base.ts'
export {
  type CacheCompose,
  type CacheForever,
  type CacheOnChange,
  type CachePolicy,
  type CacheTTL,
  compose,
  type EnvKeys,
  forever,
  none,
  onChange,
  ttl,
} from './cache.ts'
export { scratch, sh, timeout, wait } from './commands.ts'
export { allOf, anyOf, not, type When, when } from './condition.ts'
export { type Context, context } from './context.ts'
export type { PipelineDefinition } from './definition.ts'
export type { Duration } from './duration.ts'
export { type RenderOptions, renderEnvelope } from './envelope.ts'
export { group } from './leaves.ts'
export { type CacheKeyOptions, resolvePipelineCacheKeys } from './lowering/resolve-keys.ts'
export { type Cell, type MatrixOptions, matrix } from './matrix.ts'
export type { AppendOptions } from './options/append.ts'
export type { ArtifactOptions } from './options/artifacts.ts'
export type { BuildConcurrency, StepConcurrency } from './options/concurrency.ts'
export type { Egress } from './options/egress.ts'
export type { EnvOptions } from './options/env.ts'
export type { IdTokenOptions } from './options/id-tokens.ts'
export { filesFrom, type InputOptions } from './options/inputs.ts'
export type { ResourceOptions } from './options/resources.ts'
export { type RetryConditions, type RetryOptions, type RetryReason, retry } from './options/retry.ts'
export type { SecretOptions } from './options/secrets.ts'
export type { TestOptions } from './options/tests.ts'
export { type PipelineIR, type PipelineOptions, pipeline } from './pipeline.ts'
export { service } from './service.ts'
export { type Shard, type SplitOptions, split } from './split.ts'
export {
  APPENDED,
  type Appended,
  type Input,
  LEAVES,
  type Leaf,
  type Leaves,
  SERVICE,
  type Service,
  type ServiceFields,
  type ServiceOptions,
  type ServiceReady,
  type ServiceSettings,
  type StandsForLeaves,
  type Step,
  type StepOptions,
  type Wait,
} from './step.ts'
export { clearTargetCache, target } from './target.ts'
export {
  type PullRequestOptions,
  PullRequestTrigger,
  type PushOptions,
  PushTrigger,
  pullRequest,
  pullRequest as pr,
  push,
  type ScheduleOptions,
  type ScheduleTrigger,
  schedule,
  type Trigger,
} from './triggers/triggers.ts'
