import type { ConditionContext } from '@harmont/ir'

/** The origin of a build, which determines its conditions, variables, secrets and cache. */
export interface BuildFacts {
  readonly event: 'push' | 'pull_request' | 'schedule' | 'manual' | 'api'
  readonly tag: string | null
  /** The target branch of a pull request. */
  readonly baseBranch: string | null
  readonly pullRequest: PullRequestFacts | null
  /** Paths of the changed files; null when unknown. */
  readonly changed: readonly string[] | null
  /** `fork`: no secrets, no write access to a shared cache, no token with write access. */
  readonly trust: 'trusted' | 'fork'
  /** How the server knows the ref, which determines access to secrets and trust in the cache. */
  readonly refClass: RefClass
  /** Whether it waits for a member's approval before anything runs. */
  readonly held: boolean
  /**
   * The delivery that created it. The same delivery and event create one build of a pipeline. With
   * `asOf`, a pull request that the pipeline has built in its current state gets no further build.
   */
  readonly delivery: Delivery | null
  /** The number of the build that this one repeats, in the same pipeline. */
  readonly rebuildOf: number | null
  /** The source, as shown by `Build.source`. */
  readonly recordedSource: 'api' | 'ui' | 'webhook' | 'schedule' | 'trigger_job'
}

export interface PullRequestFacts {
  readonly number: number
  readonly title: string | null
  /** Its page at the forge. */
  readonly url: string
  /** `owner/name` of its origin repository; null if that was deleted. */
  readonly headRepository: string | null
  readonly fork: boolean
}

export interface Delivery {
  readonly provider: 'github' | 'bitbucket' | 'schedule'
  readonly id: string
  readonly event: string
  /** The time of a pull request's event; see `PullRequestEvent.asOf`. */
  readonly asOf?: Date
}

/**
 * The author of a build: an account, or a person known to a forge. All members are null without an
 * author.
 */
export interface Author {
  readonly userId: string | null
  /** The name of an author without an account. */
  readonly name: string | null
  readonly email?: string | null
}

/** Returns the facts of a build that a person or a program requested. */
export function requestedFacts(source: 'api' | 'ui', refClass: RefClass = 'upload'): BuildFacts {
  return {
    event: source === 'ui' ? 'manual' : 'api',
    tag: null,
    baseBranch: null,
    pullRequest: null,
    changed: null,
    trust: 'trusted',
    refClass,
    held: false,
    delivery: null,
    rebuildOf: null,
    recordedSource: source,
  }
}

/**
 * Returns the claimant of the branch, tag and pull request: the fork, or `uploads`; null if the
 * server fetched them.
 */
export function claimantOf({
  trust,
  refClass,
  pullRequest,
}: Pick<BuildFacts, 'trust' | 'refClass' | 'pullRequest'>): string | null {
  if (trust === 'fork') return `fork ${pullRequest?.headRepository?.toLowerCase() ?? ''}`
  return refClass === 'upload' ? 'uploads' : null
}

/** Returns the facts for evaluating the conditions of the build's steps. */
export function conditionContext(
  branch: string,
  env: Readonly<Record<string, string>>,
  { event, baseBranch, tag, changed }: BuildFacts,
): ConditionContext {
  return { event, branch, baseBranch, tag, changed, env, local: false }
}

/**
 * How the server knows the ref of a build. `fetched`: the server itself fetched the files and steps
 * from the ref. `upload`: a person brought files, steps or variables, or named a commit, so that
 * the branch is only the request's claim.
 */
export type RefClass = 'fetched' | 'upload'
