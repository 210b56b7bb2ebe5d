/** Determines the claims of an identity token. Pure. */
import type { IdTokenRequest } from '@harmont/engine'
import type { BuildFacts } from '../records/build-facts.ts'

/** The facts of a build that a token may contain. */
export interface BuildRecordFacts {
  readonly organization_id: string
  readonly organization: string
  readonly pipeline_id: string
  readonly pipeline: string
  readonly number: number
  readonly branch: string
  readonly tag: string | null
  readonly commit: string
  readonly event: BuildFacts['event']
  readonly trust: BuildFacts['trust']
  readonly ref_class: BuildFacts['refClass']
  readonly pull_request: number | null
  readonly forge: string | null
  /** `owner/name`. */
  readonly repository: string | null
  /** The forge's id, which a rename does not change. */
  readonly repository_id: string | null
}

const validSeconds = 15 * 60
/** Allows for verifiers whose clocks are behind. */
const earlySeconds = 60

export const claimNames = [
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'],
  ...['organization', 'organization_id', 'pipeline', 'pipeline_id', 'build', 'build_id', 'step', 'job_id', 'attempt'],
  ...['source', 'ref', 'commit', 'event', 'pull_request', 'forge', 'repository', 'repository_id'],
]

/**
 * Returns the subject of a token. It consists of ids, so renaming does not change it. It contains
 * the ref only if the server itself fetched the commit from it: the branch of an upload is a
 * person's choice.
 */
export function subjectOf(facts: BuildRecordFacts): string {
  const { organization_id: organization, pipeline_id: pipeline } = facts
  const ref = refOf(facts)
  return `org:${organization}:pipeline:${pipeline}:${ref === null ? 'upload' : `ref:${ref}`}`
}

/** Returns the claims of a token except `aud` and `jti`. */
export function claimsOf(
  facts: BuildRecordFacts,
  { buildId, job, stepKey }: IdTokenRequest,
  { issuer, now }: { readonly issuer: string; readonly now: Date },
): Readonly<Record<string, string | number>> {
  const issuedAt = Math.floor(now.getTime() / 1000)
  return {
    // Claims that are the same in all tokens of a step.
    iss: issuer,
    sub: subjectOf(facts),
    organization: facts.organization,
    organization_id: facts.organization_id,
    pipeline: facts.pipeline,
    pipeline_id: facts.pipeline_id,
    build: facts.number,
    build_id: buildId,
    step: stepKey,
    job_id: job.id,
    attempt: job.attempt,
    ...fetchedClaims(facts),
    nbf: issuedAt - earlySeconds,
    iat: issuedAt,
    exp: issuedAt + validSeconds,
  }
}

/** Absent for an upload, where a person chose them. */
function fetchedClaims(facts: BuildRecordFacts): Readonly<Record<string, string | number>> {
  const ref = refOf(facts)
  if (ref === null) return { source: 'upload' }
  const { commit, event, pull_request: pullRequest, forge, repository, repository_id: id } = facts
  return {
    source: 'fetched',
    ref,
    commit,
    event,
    ...(pullRequest !== null && { pull_request: pullRequest }),
    ...(forge !== null && id !== null && { forge, repository_id: id }),
    ...(repository !== null && { repository }),
  }
}

function refOf({ ref_class: refClass, branch, tag }: BuildRecordFacts): string | null {
  if (refClass === 'upload') return null
  return tag === null ? `refs/heads/${branch}` : `refs/tags/${tag}`
}
