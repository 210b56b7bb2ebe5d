/** Groups of builds that may not all run at once (`ir.md` 1.3). */
import { createHash } from 'node:crypto'
import type { BuildConcurrency, WhenFull } from '@harmont/ir'

export interface BuildGroup {
  /** Equal for the builds of one group, different for all others; of a fixed length, however long the name is. */
  readonly key: string
  /** As people read it, without placeholders. */
  readonly name: string
  readonly limit: number
  readonly whenFull: WhenFull
}

/** What the placeholders of a group's name stand for. What a build does not have is null, and becomes empty text. */
export interface GroupFacts {
  /** Whose group it is: two pipelines share none. */
  readonly pipeline: string
  readonly branch: string | null
  readonly tag: string | null
  readonly pullRequest: string | null
  readonly event: string
  /** Names who claims its branch, tag and pull request; null when the repository says so. */
  readonly claimant: string | null
}

/** The database's integers end here, and no machine gets that far. */
const mostBuilds = 2 ** 31 - 1

/**
 * The group that a build belongs to; undefined for one that belongs to none. Where a name says the branch, tag or pull request, what merely claims it is not
 * of one group with what is of it: it would cancel that, or have it wait. A name without is a lock, and holds for all.
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
