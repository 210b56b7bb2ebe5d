import { randomUUID } from 'node:crypto'
import { type Database, violatedConstraint } from '../database/transaction.ts'
import { apiError, type Body } from '../http/index.ts'
import { FieldErrors } from '../input/field-errors.ts'
import { repoNameOf, tidyRepoName } from '../names/repo-name.ts'
import { slugOf } from '../names/slug.ts'
import { findPipelineBySource, insertPipeline, type NewPipeline, type PipelineRow } from './store.ts'

export const longestPipelineSlug = 100
const sourceSlugForm = /^[a-z][a-z0-9-]{0,63}$/

/** Makes a pipeline under the slug of its name. */
export async function createPipeline(
  database: Database,
  organizationId: string,
  body: Body<'createPipeline'>,
): Promise<PipelineRow> {
  const wish = readInput(organizationId, body)
  try {
    return await insertPipeline(database, wish)
  } catch (error) {
    throw (await refusal(database, wish, error)) ?? error
  }
}

async function refusal(database: Database, wish: NewPipeline, error: unknown): Promise<Error | undefined> {
  const constraint = violatedConstraint(error)
  if (constraint === 'pipelines_slug_unique')
    return apiError(
      'pipeline_slug_taken',
      `The slug \`${wish.slug}\` of this name is taken in this organization; choose another name.`,
      { cause: error },
    )
  if (constraint !== 'pipelines_source_unique') return undefined
  const { organizationId, repo_name: repoName, source_slug: sourceSlug } = wish
  const holder = await findPipelineBySource(database, organizationId, repoName ?? '', sourceSlug ?? '')
  return apiError(
    'pipeline_source_taken',
    `The pipeline \`${holder?.slug ?? 'another'}\` is already \`${sourceSlug}\` of \`${repoName}\`; build that one, or give another \`source_slug\`.`,
    { cause: error },
  )
}

function readInput(organizationId: string, body: Body<'createPipeline'>): NewPipeline {
  const errors = new FieldErrors()
  const name = body.name.trim()
  const repository = body.repository.trim()
  const defaultBranch = body.default_branch.trim()
  errors.length('name', name, 1, 255)
  errors.length('repository', repository, 1, 1024)
  errors.length('default_branch', defaultBranch, 1, 255)
  const slug = slugOf(name, longestPipelineSlug)
  if (name !== '' && slug === '') errors.add('name', 'must have a letter or digit that a URL can show (a-z, 0-9)')
  const repoName = tidyRepoName(body.repo_name ?? '') ?? repoNameOf(repository)
  if (repoName !== null) errors.length('repo_name', repoName, 1, 1024)
  const description = body.description ?? null
  if (description !== null) errors.length('description', description, 0, 10_000)
  const given = body.source_slug ?? null
  if (given !== null && !sourceSlugForm.test(given))
    errors.add('source_slug', `must match ${sourceSlugForm.source}; got \`${given.slice(0, 80)}\``)
  errors.throwIfAny('pipeline_invalid')
  const sourceSlug = given ?? [name, slug].find((text) => sourceSlugForm.test(text)) ?? null
  return {
    id: randomUUID(),
    organizationId,
    slug,
    name,
    description,
    repository,
    repo_name: repoName,
    source_slug: sourceSlug,
    default_branch: defaultBranch,
  }
}
