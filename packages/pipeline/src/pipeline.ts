import type { IrBuildConcurrency, IrDocument } from '@harmont/ir'
import { type Duration, MAX_TIMEOUT, seconds } from './duration.ts'
import { flatLeaves } from './leaves.ts'
import { lower } from './lowering/lower.ts'
import { type BuildConcurrency, buildConcurrencyOf } from './options/concurrency.ts'
import { type EnvOptions, envOf } from './options/env.ts'
import { type ResourceOptions, resourcesOf } from './options/resources.ts'
import { type RetryOptions, retryOf } from './options/retry.ts'
import { type SecretOptions, secretsOf } from './options/secrets.ts'
import type { Leaves } from './step.ts'
import { booleanOf, misuse, nameOf, optionsOf, wrongUse } from './wrong-use.ts'

/** The IR of a pipeline, without resolved cache keys. */
export type PipelineIR = IrDocument

export interface PipelineOptions {
  readonly env?: EnvOptions
  /** The time limit of the whole build. */
  readonly timeout?: Duration
  /** The image of steps without a parent and without an image of their own. */
  readonly defaultImage?: string
  /** The older spelling of `defaultImage`. */
  readonly default_image?: string
  /** The resources of each step without its own. */
  readonly resources?: ResourceOptions
  /** The retry policy of each step without its own. */
  readonly retry?: number | RetryOptions
  /** The secrets of each step; the step's own override them. */
  readonly secrets?: SecretOptions
  /** The limit on concurrent builds of a group. */
  readonly concurrency?: BuildConcurrency
  /** Whether a new build of a branch cancels the running one. */
  readonly cancelSuperseded?: boolean
}

const KNOWN = [
  ...['env', 'timeout', 'defaultImage', 'default_image', 'resources', 'retry', 'secrets', 'concurrency'],
  'cancelSuperseded',
]

/**
 * Lowers steps, lists of steps, toolchains and waits to IR (`pipeline.md` 3). Includes the steps
 * that the leaves need.
 */
export function pipeline(leaves: Leaves, options: PipelineOptions = {}): PipelineIR {
  const flat = flatLeaves('pipeline', leaves)
  const { env, timeout, resources, retry, secrets, ...rest } = optionsOf('pipeline', options, KNOWN)
  const graph = lower(flat, {
    env: envOf('pipeline, env', env ?? {}),
    secrets: secretsOf('pipeline, secrets', secrets ?? {}),
    defaultImage: defaultImageOf(rest.defaultImage, rest.default_image),
    resources: resources === undefined ? undefined : resourcesOf('pipeline, resources', resources),
    retry: retry === undefined ? undefined : retryOf('pipeline, retry', retry),
  })
  if (graph.nodes.length === 0)
    throw wrongUse('pipeline', 'at least one step with a command', undefined, 'Add a step made by sh().')
  const concurrency = concurrencyOf(rest.concurrency, rest.cancelSuperseded)
  return {
    version: '0',
    ...(timeout !== undefined && { timeout_seconds: seconds('pipeline, timeout', timeout, MAX_TIMEOUT) }),
    ...(concurrency !== undefined && { concurrency }),
    graph,
  }
}

function defaultImageOf(image: unknown, older: unknown): string {
  if (image !== undefined && older !== undefined)
    throw misuse('pipeline', 'one of defaultImage and default_image', 'both', 'Remove default_image.')
  return nameOf('pipeline, defaultImage', image ?? older ?? 'ubuntu:24.04', 'Name an image.', 512)
}

function concurrencyOf(concurrency: unknown, cancelSuperseded: unknown): IrBuildConcurrency | undefined {
  const cancels = booleanOf('pipeline, cancelSuperseded', cancelSuperseded ?? false)
  if (cancels && concurrency !== undefined)
    throw misuse('pipeline', 'one of concurrency and cancelSuperseded', 'both', 'Remove one of them.')
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the server
  if (cancels) return { group: '${branch}', limit: 1, when_full: 'cancel_running' }
  return concurrency === undefined ? undefined : buildConcurrencyOf('pipeline, concurrency', concurrency)
}
