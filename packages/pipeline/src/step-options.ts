import type {
  IrArtifact,
  IrCachePolicy,
  IrCondition,
  IrMatrix,
  IrResources,
  IrRetry,
  IrService,
  IrStepConcurrency,
} from '@harmont/ir'
import { type CachePolicy, cachePolicyOf } from './cache.ts'
import { conditionOf, type When } from './condition.ts'
import { type Duration, MAX_TIMEOUT, seconds } from './duration.ts'
import { flatLeaves, type StandsForLeaves } from './leaves.ts'
import { type ArtifactOptions, artifactsOf } from './options/artifacts.ts'
import { type StepConcurrency, stepConcurrencyOf } from './options/concurrency.ts'
import { type EnvOptions, envOf } from './options/env.ts'
import { commandOf, type Input, inputsOf } from './options/inputs.ts'
import { type ResourceOptions, resourcesOf } from './options/resources.ts'
import { exitCodesOf, type RetryOptions, retryOf } from './options/retry.ts'
import { type Runner, runnerArgsOf, runnerOf } from './options/runner.ts'
import { type SecretOptions, secretsOf } from './options/secrets.ts'
import { type ServiceOptions, servicesOf } from './options/services.ts'
import type { Step } from './step.ts'
import { booleanOf, nameOf, optionsOf, textOf } from './wrong-use.ts'

export interface StepOptions {
  /** Display name, `:emoji:` codes included; the step's key is made from it. */
  readonly label?: string
  readonly cache?: CachePolicy
  readonly env?: EnvOptions
  readonly image?: string
  readonly runner?: Runner
  readonly runnerArgs?: Readonly<Record<string, unknown>>
  /** Identity within the pipeline. */
  readonly key?: string
  /** Directory of the workspace that the command runs in. */
  readonly cwd?: string
  /** Budget of one attempt. */
  readonly timeout?: Duration
  /** How many further attempts, or a whole policy. */
  readonly retry?: number | RetryOptions
  /** A failure leaves the build unharmed: any one, or one with these exit codes. */
  readonly softFail?: boolean | readonly number[]
  /** Starts whatever became of what it waits for. */
  readonly continueOnFailure?: boolean
  /** Steps to wait for, without their files. */
  readonly dependsOn?: Dependencies
  readonly when?: When
  readonly concurrency?: StepConcurrency
  readonly resources?: ResourceOptions
  readonly secrets?: SecretOptions
  /** Files to keep after the step. */
  readonly artifacts?: string | ArtifactOptions | readonly (string | ArtifactOptions)[]
  /** Files of other steps; see `filesFrom`. */
  readonly inputs?: Input | readonly Input[]
  /** Sidecars that the command needs. */
  readonly services?: ServiceOptions | readonly ServiceOptions[]
}

export type Dependencies = Step | StandsForLeaves | readonly Dependencies[]

/** The options of a command as the IR wants them; undefined where not given, or where nothing is asked for. */
export interface CommandFields {
  readonly key?: string | undefined
  readonly label?: string | undefined
  readonly cache?: IrCachePolicy | undefined
  readonly timeoutSeconds?: number | undefined
  readonly image?: string | undefined
  readonly runner?: Runner | undefined
  readonly runnerArgs?: Readonly<Record<string, unknown>> | undefined
  readonly continueOnFailure?: boolean | undefined
  readonly retry?: IrRetry | undefined
  readonly softFail?: true | readonly number[] | undefined
  readonly condition?: IrCondition | undefined
  readonly concurrency?: IrStepConcurrency | undefined
  readonly resources?: IrResources | undefined
  readonly artifacts?: readonly IrArtifact[] | undefined
  readonly inputs?: readonly Input[] | undefined
  readonly services?: readonly IrService[] | undefined
  readonly matrix?: IrMatrix | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly secrets?: Readonly<Record<string, string>> | undefined
  readonly dependsOn?: readonly Step[] | undefined
}

/** The names of the options of `sh`. */
export const STEP_OPTIONS: readonly string[] = [
  ...['label', 'cache', 'env', 'image', 'runner', 'runnerArgs', 'key', 'cwd', 'timeout', 'retry', 'softFail'],
  ...[
    'continueOnFailure',
    'dependsOn',
    'when',
    'concurrency',
    'resources',
    'secrets',
    'artifacts',
    'inputs',
    'services',
  ],
]

/** Checks the options of `sh` and copies them, so that a later change of the caller's objects changes no step. `cwd` is read by `sh` itself. */
export function commandFields(options: unknown): CommandFields {
  const given = optionsOf('sh', options, STEP_OPTIONS)
  const read = <T>(name: string, reader: (where: string, value: unknown) => T): T | undefined =>
    given[name] === undefined ? undefined : reader(`sh, ${name}`, given[name])
  return Object.freeze({
    key: read('key', (where, key) => nameOf(where, key, 'Give a key, or none.')),
    label: read('label', (where, label) => textOf(where, label, 'Give a label, or none.', 255)),
    cache: read('cache', cachePolicyOf),
    timeoutSeconds: read('timeout', (where, timeout) => seconds(where, timeout, MAX_TIMEOUT)),
    image: read('image', (where, image) => nameOf(where, image, 'Name an image.', 512)),
    runner: read('runner', runnerOf),
    runnerArgs: unlessEmpty(read('runnerArgs', runnerArgsOf)),
    continueOnFailure: read('continueOnFailure', booleanOf),
    retry: read('retry', retryOf),
    softFail: read('softFail', softFailOf),
    condition: read('when', conditionOf),
    concurrency: read('concurrency', stepConcurrencyOf),
    resources: unlessEmpty(read('resources', resourcesOf)),
    artifacts: unlessEmpty(read('artifacts', artifactsOf)),
    inputs: unlessEmpty(read('inputs', inputsOf)),
    services: unlessEmpty(read('services', servicesOf)),
    env: read('env', envOf),
    secrets: read('secrets', secretsOf),
    dependsOn: read('dependsOn', dependenciesOf),
  })
}

function softFailOf(where: string, value: unknown): true | readonly number[] | undefined {
  return typeof value === 'boolean' ? value || undefined : exitCodesOf(where, value)
}

// A toolchain stands for its leaves here too: a step may wait for all of them.
function dependenciesOf(where: string, value: unknown): readonly Step[] {
  return flatLeaves(where, value, 'a step with a command').map((step) => commandOf(where, step))
}

function unlessEmpty<T extends object>(value: T | undefined): T | undefined {
  return value === undefined || Object.keys(value).length === 0 ? undefined : value
}
