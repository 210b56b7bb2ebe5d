import { type Database, violatedConstraint } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { findPipelineBySource, type PipelineRow } from './store.ts'

export const longestPipelineSlug = 100
/** The form of a `source_slug`, the pipeline's name inside its repository. */
export const sourceSlugForm = /^[a-z][a-z0-9-]{0,63}$/

/** Validates the fields of a new or changed pipeline. */
export class PipelineErrors extends FieldErrors {
  name(name: string): void {
    this.length('name', name, 1, 255)
  }

  description(description: string | null): void {
    if (description !== null) this.length('description', description, 0, 10_000)
  }

  defaultBranch(branch: string): void {
    this.length('default_branch', branch, 1, 255)
  }

  repoName(repoName: string | null): void {
    if (repoName !== null) this.length('repo_name', repoName, 1, 1024)
  }

  protectedBranches(globs: readonly string[]): void {
    if (globs.length > 100) this.add('protected_branches', `must have at most 100 globs; got ${globs.length}`)
    for (const glob of globs) this.length('protected_branches', glob, 1, 255)
  }

  sourceSlug(sourceSlug: string | null): void {
    if (sourceSlug !== null && !sourceSlugForm.test(sourceSlug))
      this.add('source_slug', `must match ${sourceSlugForm.source}; got \`${sourceSlug.slice(0, 80)}\``)
  }
}

type Names = Pick<PipelineRow, 'slug' | 'repo_name' | 'source_slug'>

/**
 * Translates a conflict with another pipeline's slug or source into a 422. Returns other errors
 * unchanged.
 */
export async function explainConflict(
  database: Database,
  organizationId: string,
  names: Names,
  error: unknown,
): Promise<unknown> {
  const constraint = violatedConstraint(error)
  if (constraint === 'pipelines_slug_unique')
    return apiError(
      'pipeline_slug_taken',
      `The slug \`${names.slug}\` of this name is taken in this organization; choose another name.`,
      { cause: error },
    )
  if (constraint !== 'pipelines_source_unique') return error
  const { repo_name: repoName, source_slug: sourceSlug } = names
  const holder = await findPipelineBySource(database, organizationId, repoName ?? '', sourceSlug ?? '')
  return apiError(
    'pipeline_source_taken',
    `The pipeline \`${holder?.slug ?? 'another'}\` is already \`${sourceSlug}\` of \`${repoName}\`; build that one, or give another \`source_slug\`.`,
    { cause: error },
  )
}
