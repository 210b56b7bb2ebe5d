import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import type { Body } from '../../platform/http/index.ts'
import { repoNameOf, tidyRepoName } from '../../platform/names/repo-name.ts'
import { slugOf } from '../../platform/names/slug.ts'
import { explainConflict, longestPipelineSlug, PipelineErrors, sourceSlugForm } from './pipeline-fields.ts'
import { insertPipeline, type NewPipeline, type PipelineRow } from './store.ts'

/** Creates a pipeline under the slug of its name. */
export async function createPipeline(
  pool: pg.Pool,
  organizationId: string,
  actor: Actor,
  body: Body<'createPipeline'>,
): Promise<PipelineRow> {
  const wish = readInput(organizationId, body)
  try {
    return await transaction(pool, (client) => writePipeline(client, wish, actor))
  } catch (error) {
    throw await explainConflict(pool, organizationId, wish, error)
  }
}

/** Inserts a pipeline and records who created it. Fails like `insertPipeline`. */
export async function writePipeline(client: pg.ClientBase, wish: NewPipeline, actor: Actor): Promise<PipelineRow> {
  const made = await insertPipeline(client, wish)
  const { organizationId } = wish
  await recordAudit(client, actor, { organizationId, action: 'pipeline.created', subject: made.slug })
  return made
}

function readInput(organizationId: string, body: Body<'createPipeline'>): NewPipeline {
  const errors = new PipelineErrors()
  const name = body.name.trim()
  const repository = body.repository.trim()
  const defaultBranch = body.default_branch.trim()
  const repoName = tidyRepoName(body.repo_name ?? '') ?? repoNameOf(repository)
  const description = body.description ?? null
  const given = body.source_slug ?? null
  const slug = slugOf(name, longestPipelineSlug)
  errors.name(name)
  errors.length('repository', repository, 1, 1024)
  errors.defaultBranch(defaultBranch)
  if (name !== '' && slug === '')
    errors.add('name', 'must contain a letter or digit that can be part of a URL (a-z, 0-9)')
  errors.repoName(repoName)
  errors.description(description)
  errors.sourceSlug(given)
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
