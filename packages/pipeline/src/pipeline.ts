import type { IrDocument } from '@harmont/ir'
import { isStep, isWait } from './brand.ts'
import { type Duration, seconds } from './duration.ts'
import { lower } from './lower.ts'
import type { Step, Wait } from './step.ts'
import {
  type EnvOptions,
  envOf,
  type ResourceOptions,
  type RetryOptions,
  resourcesOf,
  retryOf,
  type StepOptions,
  secretsOf,
} from './step-options.ts'
import { membersOf, onlyKnown, textOf, wrongUse } from './wrong-use.ts'

/** The IR of a pipeline, without resolved cache keys. */
export type PipelineIR = IrDocument

export type Leaves = readonly (Step | Wait | Leaves)[]

export interface PipelineOptions {
  readonly env?: EnvOptions
  /** Wall clock of the whole build. */
  readonly timeout?: Duration
  /** The image of steps that start from nothing and name none. */
  readonly defaultImage?: string
  /** For each step without its own. */
  readonly resources?: ResourceOptions
  /** For each step without its own. */
  readonly retry?: number | RetryOptions
  /** For each step; its own are laid over them. */
  readonly secrets?: StepOptions['secrets']
}

/** Lowers steps, lists of steps and waits to IR (`sdk-cli.md` 3.3). What the leaves need is found from them. */
export function pipeline(leaves: Leaves, options: PipelineOptions = {}): PipelineIR {
  const flat: (Step | Wait)[] = []
  addLeaves(flat, leaves)
  membersOf('pipeline', options)
  onlyKnown('pipeline', options, ['env', 'timeout', 'defaultImage', 'resources', 'retry', 'secrets'])
  const { env, timeout, defaultImage, resources, retry, secrets } = options
  const graph = lower(flat, {
    env: envOf('pipeline, env', env ?? {}),
    secrets: secretsOf('pipeline, secrets', secrets ?? {}),
    defaultImage: textOf('pipeline, defaultImage', defaultImage ?? 'ubuntu:24.04', 'Name an image.'),
    resources: resources === undefined ? undefined : resourcesOf('pipeline, resources', resources),
    retry: retry === undefined ? undefined : retryOf('pipeline, retry', retry),
  })
  if (graph.nodes.length === 0)
    throw wrongUse('pipeline', 'at least one step with a command', undefined, 'Add a step made by sh().')
  return {
    version: '0',
    ...(timeout !== undefined && { timeout_seconds: seconds('pipeline, timeout', timeout) }),
    graph,
  }
}

function addLeaves(flat: (Step | Wait)[], leaves: unknown): void {
  if (!Array.isArray(leaves))
    throw wrongUse('pipeline', 'a list of steps', leaves, 'Put the steps into square brackets.')
  for (const leaf of leaves) {
    if (Array.isArray(leaf)) addLeaves(flat, leaf)
    else if (isStep(leaf) || isWait(leaf)) flat.push(leaf)
    else throw wrongUse('pipeline', 'a step, a wait or a list of them', leaf, 'Pass what sh() or wait() gave.')
  }
}
