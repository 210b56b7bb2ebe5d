import type { ConditionContext } from '@harmont/ir'

/** The origin of a build: its conditions, variables, secrets and cache depend on it. */
export interface BuildFacts {
  readonly event: 'push' | 'pull_request' | 'schedule' | 'manual' | 'api'
  readonly tag: string | null
  /** The target branch of a pull request. */
  readonly baseBranch: string | null
  readonly pullRequest: PullRequestFacts | null
  /** Paths of the changed files; null when nobody knows. */
  readonly changed: readonly string[] | null
  /** `fork`: no secrets, no shared cache to write to, no token that can write. */
  readonly trust: 'trusted' | 'fork'
  /** Tells how the server knows the ref: limits of secrets, and the cache's trust, go by it. */
  readonly refClass: RefClass
  /** It waits for a member's approval before anything runs. */
  readonly held: boolean
  /**
   * The delivery that made it. The same delivery and event make one build of a pipeline. With
   * `asOf`, a pull request that the pipeline has built as it is makes none.
   */
  readonly delivery: Delivery | null
  /** The number of the build of this pipeline that it repeats. */
  readonly rebuildOf: number | null
  /** The source that `Build.source` shows. */
  readonly recordedSource: 'api' | 'ui' | 'webhook' | 'schedule' | 'trigger_job'
}

export interface PullRequestFacts {
  readonly number: number
  readonly title: string | null
  /** Its page at the forge. */
  readonly url: string
  /** `owner/name` of the repository that it comes from; null when that is gone. */
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

/** The author of a build: an account, or a person whom a forge knows. All null: nobody. */
export interface Author {
  readonly userId: string | null
  /** The name of an author without an account. */
  readonly name: string | null
  readonly email?: string | null
}

/** Returns the facts of a build that a person or a program asks for. */
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

/** Names who claims the branch, tag and pull request; null: the server has fetched them. */
export function claimantOf({
  trust,
  refClass,
  pullRequest,
}: Pick<BuildFacts, 'trust' | 'refClass' | 'pullRequest'>): string | null {
  if (trust === 'fork') return `fork ${pullRequest?.headRepository?.toLowerCase() ?? ''}`
  return refClass === 'upload' ? 'uploads' : null
}

/** Returns the facts that the conditions of its steps are evaluated with. */
export function conditionContext(
  branch: string,
  env: Readonly<Record<string, string>>,
  { event, baseBranch, tag, changed }: BuildFacts,
): ConditionContext {
  return { event, branch, baseBranch, tag, changed, env, local: false }
}

/**
 * Tells how the server knows what ref a build is of. `fetched`: it has fetched files and steps from
 * there itself. `upload`: somebody has brought files, steps or variables, or named a commit, and
 * the branch is only what the request says.
 */
export type RefClass = 'fetched' | 'upload'
