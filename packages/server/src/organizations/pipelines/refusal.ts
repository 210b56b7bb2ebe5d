import { type Database, violatedConstraint } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'
import { findPipelineBySource, type PipelineRow } from './store.ts'

type Wish = Pick<PipelineRow, 'slug' | 'repo_name' | 'source_slug'>

/** What to answer when a pipeline could not be written because another one has its names; the error itself when it is another one. */
export async function pipelineRefusal(
  database: Database,
  organizationId: string,
  wish: Wish,
  error: unknown,
): Promise<unknown> {
  const constraint = violatedConstraint(error)
  if (constraint === 'pipelines_slug_unique')
    return apiError(
      'pipeline_slug_taken',
      `The slug \`${wish.slug}\` of this name is taken in this organization; choose another name.`,
      { cause: error },
    )
  if (constraint !== 'pipelines_source_unique') return error
  const { repo_name: repoName, source_slug: sourceSlug } = wish
  const holder = await findPipelineBySource(database, organizationId, repoName ?? '', sourceSlug ?? '')
  return apiError(
    'pipeline_source_taken',
    `The pipeline \`${holder?.slug ?? 'another'}\` is already \`${sourceSlug}\` of \`${repoName}\`; build that one, or give another \`source_slug\`.`,
    { cause: error },
  )
}
