import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { findConnectedByName } from '../../forges/repositories/find-by-name.ts'
import {
  findPipeline,
  findPipelineBySource,
  longestPipelineSlug,
  type PipelineRow,
  pipelineNotFound,
  writePipeline,
} from '../../organizations/index.ts'
import type { Actor } from '../../platform/audit/record-audit.ts'
import { transaction, violatedConstraint } from '../../platform/database/transaction.ts'
import type { Body, Membership } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { tidyRepoName } from '../../platform/names/repo-name.ts'
import { slugOf, suffixedSlug } from '../../platform/names/slug.ts'

export interface SourceAddress {
  readonly repoName: string
  readonly sourceSlug: string
  /** What a pipeline that has to be registered builds by default. */
  readonly branch: string
}

/** Throws 422 `build_invalid`. */
export function readSourceAddress(body: Body<'createBuildBySource'>): SourceAddress {
  const errors = new FieldErrors()
  const repoName = tidyRepoName(body.repo_name) ?? ''
  errors.length('repo_name', repoName, 1, 1024)
  errors.length('source_slug', body.source_slug, 1, 255)
  errors.throwIfAny('build_invalid')
  return { repoName, sourceSlug: body.source_slug, branch: body.branch }
}

/**
 * The pipeline that a work tree means (the table of `http.md` 5); null where it has to be registered, because its name belongs to another repository, whose
 * pipeline the caller would build otherwise. Throws 404 when the caller is to make it by that name.
 */
export async function findSourcePipeline(
  pool: pg.Pool,
  { organizationId }: Membership,
  { repoName, sourceSlug }: SourceAddress,
): Promise<PipelineRow | null> {
  const found = await findPipelineBySource(pool, organizationId, repoName, sourceSlug)
  if (found !== undefined) return found
  const namesake = await findPipeline(pool, organizationId, sourceSlug)
  if (namesake === undefined || namesake.repo_name?.toLowerCase() === repoName.toLowerCase()) throw pipelineNotFound()
  return null
}

/** Makes the pipeline that `findSourcePipeline` missed, with what is known of its repository where that is connected. */
export async function registerSourcePipeline(
  pool: pg.Pool,
  organizationId: string,
  actor: Actor,
  { repoName, sourceSlug, branch }: SourceAddress,
): Promise<PipelineRow> {
  const connected = await findConnectedByName(pool, organizationId, repoName)
  const wish = slugOf(`${repoName}-${sourceSlug}`, longestPipelineSlug)
  const pipeline = {
    organizationId,
    name: sourceSlug,
    description: null,
    repository: connected?.cloneUrl ?? repoName,
    repo_name: connected?.fullName ?? repoName,
    source_slug: sourceSlug,
    default_branch: connected?.defaultBranch ?? branch,
  }
  for (let n = 1; ; n += 1) {
    const slug = suffixedSlug(wish, n, longestPipelineSlug)
    try {
      return await transaction(pool, (client) => writePipeline(client, { ...pipeline, id: randomUUID(), slug }, actor))
    } catch (error) {
      const constraint = violatedConstraint(error)
      if (constraint === 'pipelines_slug_unique') continue
      // Another request has registered it meanwhile.
      const made = await findPipelineBySource(pool, organizationId, repoName, sourceSlug)
      if (constraint === 'pipelines_source_unique' && made !== undefined) return made
      throw error
    }
  }
}
