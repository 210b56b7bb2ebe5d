import { randomUUID } from 'node:crypto'
import { type Database, violatedConstraint } from '../database/transaction.ts'
import type { Body, Membership } from '../http/index.ts'
import { FieldErrors } from '../input/field-errors.ts'
import { tidyRepoName } from '../names/repo-name.ts'
import { slugOf, suffixedSlug } from '../names/slug.ts'
import { longestPipelineSlug } from '../pipelines/create-pipeline.ts'
import { pipelineNotFound } from '../pipelines/require-pipeline.ts'
import { findPipeline, findPipelineBySource, insertPipeline, type PipelineRow } from '../pipelines/store.ts'

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
 * The pipeline that a work tree means (the table of `http.md` 5). Throws 404 when the caller is to make it by that name; registers it where that name belongs
 * to another repository, whose pipeline the caller would build otherwise.
 */
export async function findSourcePipeline(
  database: Database,
  { organizationId }: Membership,
  address: SourceAddress,
): Promise<PipelineRow> {
  const { repoName, sourceSlug } = address
  const found = await findPipelineBySource(database, organizationId, repoName, sourceSlug)
  if (found !== undefined) return found
  const namesake = await findPipeline(database, organizationId, sourceSlug)
  if (namesake === undefined || namesake.repo_name?.toLowerCase() === repoName.toLowerCase()) throw pipelineNotFound()
  return register(database, organizationId, address)
}

async function register(
  database: Database,
  organizationId: string,
  { repoName, sourceSlug, branch }: SourceAddress,
): Promise<PipelineRow> {
  const wish = slugOf(`${repoName}-${sourceSlug}`, longestPipelineSlug)
  for (let n = 1; ; n += 1) {
    try {
      return await insertPipeline(database, {
        id: randomUUID(),
        organizationId,
        slug: suffixedSlug(wish, n, longestPipelineSlug),
        name: sourceSlug,
        description: null,
        repository: repoName,
        repo_name: repoName,
        source_slug: sourceSlug,
        default_branch: branch,
      })
    } catch (error) {
      const constraint = violatedConstraint(error)
      if (constraint === 'pipelines_slug_unique') continue
      // Another request has registered it meanwhile.
      const made = await findPipelineBySource(database, organizationId, repoName, sourceSlug)
      if (constraint === 'pipelines_source_unique' && made !== undefined) return made
      throw error
    }
  }
}
