/** Groups of builds that may not all run at once (`ir.md` 1.3). */
import { createHash } from 'node:crypto'
import type { BuildConcurrency, WhenFull } from '@harmont/ir'

export interface BuildGroup {
  /**
   * Equal for all builds of the group, different from every other group's key, and of fixed length.
   */
  readonly key: string
  /** Name with its placeholders filled in. */
  readonly name: string
  readonly limit: number
  readonly whenFull: WhenFull
}

/** Values of the placeholders of a group's name. A missing value is null and becomes empty text. */
export interface GroupFacts {
  /** Id of the pipeline. Two pipelines never share a group. */
  readonly pipeline: string
  readonly branch: string | null
  readonly tag: string | null
  readonly pullRequest: string | null
  readonly event: string
  /**
   * The claimant of the branch, tag and pull request; null when the server fetched them from the
   * repository.
   */
  readonly claimant: string | null
}

/** Largest integer of the database. */
const mostBuilds = 2 ** 31 - 1

/**
 * Returns the group of a build; undefined if it has none. A group named by branch, tag or pull
 * request is split by claimant: a build that merely claims a ref must not cancel or delay the
 * builds of that ref. A group without such a placeholder is a lock that holds for all builds.
 */
export function buildGroupOf(concurrency: BuildConcurrency | undefined, facts: GroupFacts): BuildGroup | undefined {
  if (concurrency === undefined) return undefined
  const { limit, whenFull } = concurrency
  const { pipeline, claimant } = facts
  const values = { branch: facts.branch, tag: facts.tag, pull_request: facts.pullRequest, event: facts.event }
  const name = concurrency.group.replace(
    /\$\{(branch|tag|pull_request|event)\}/g,
    (_, placeholder: keyof typeof values) => values[placeholder] ?? '',
  )
  const isOfRef = /\$\{(branch|tag|pull_request)\}/.test(concurrency.group)
  const whose = isOfRef && claimant !== null ? `${pipeline}\0${claimant}` : pipeline
  const key = createHash('sha256').update(`${whose}\0${name}`).digest('hex')
  return { key, name, limit: Math.min(limit, mostBuilds), whenFull }
}
