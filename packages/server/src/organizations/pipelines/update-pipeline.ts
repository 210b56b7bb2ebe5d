import { isDeepStrictEqual } from 'node:util'
import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { apiError, type Body } from '../../platform/http/index.ts'
import { tidyRepoName } from '../../platform/names/repo-name.ts'
import { explainConflict, PipelineErrors } from './pipeline-fields.ts'
import { pipelineNotFound } from './require-pipeline.ts'
import { lockPipelineRow, type PipelineChange, type PipelineRow, updatePipelineRow } from './store.ts'

type Wish = Body<'updatePipeline'>

const settings = [
  'name',
  'description',
  'default_branch',
  'allow_manual',
  'repo_name',
  'source_slug',
  'fork_policy',
  'protected_branches',
  'cache_share',
] as const satisfies readonly (keyof PipelineChange)[]
/** The settings that the repository's code decides in a managed pipeline (`http.md` 11.5). */
const ofCode: readonly string[] = ['name', 'default_branch', 'allow_manual', 'source_slug']

/**
 * Changes the fields that the body contains, and archives or restores the pipeline. Throws 422
 * `pipeline_invalid` or `pipeline_source_taken`, and 409 `pipeline_managed_by_code` for a field
 * that the code sets.
 */
export async function updatePipeline(
  pool: pg.Pool,
  organizationId: string,
  actor: Actor,
  pipeline: PipelineRow,
  body: Wish,
): Promise<PipelineRow> {
  const wish = readWish(body)
  try {
    return await transaction(pool, async (client) => {
      const before = await lockPipelineRow(client, pipeline.id)
      if (before === undefined) throw pipelineNotFound()
      const after = { ...before, ...wish, ...archiving(before, body.archived) }
      const changed = settings.filter((name) => !isDeepStrictEqual(after[name], before[name]))
      refuseManaged(before, changed)
      const event = { organizationId, subject: before.slug }
      if (changed.length > 0)
        await recordAudit(client, actor, { ...event, action: 'pipeline.updated', details: pick(after, changed) })
      if ((after.archived_at === null) !== (before.archived_at === null)) {
        const action = after.archived_at === null ? 'pipeline.restored' : 'pipeline.archived'
        await recordAudit(client, actor, { ...event, action })
      }
      return updatePipelineRow(client, before.id, after)
    })
  } catch (error) {
    throw await explainConflict(pool, organizationId, { ...pipeline, ...wish }, error)
  }
}

function readWish(body: Wish): Partial<PipelineChange> {
  const { name, default_branch, repo_name } = body
  const given: Partial<Record<keyof PipelineChange, unknown>> = {
    ...body,
    name: name?.trim(),
    default_branch: default_branch?.trim(),
    repo_name: repo_name === undefined ? undefined : tidyRepoName(repo_name ?? ''),
  }
  const named = settings.filter((field) => given[field] !== undefined)
  const wish: Partial<PipelineChange> = Object.fromEntries(named.map((field) => [field, given[field]]))
  const errors = new PipelineErrors()
  if (wish.name !== undefined) errors.name(wish.name)
  if (wish.default_branch !== undefined) errors.defaultBranch(wish.default_branch)
  errors.description(wish.description ?? null)
  errors.repoName(wish.repo_name ?? null)
  errors.sourceSlug(wish.source_slug ?? null)
  errors.protectedBranches(wish.protected_branches ?? [])
  errors.throwIfAny('pipeline_invalid')
  return wish
}

function archiving(
  before: PipelineRow,
  archived: boolean | undefined,
): Partial<Pick<PipelineRow, 'archived_at' | 'archived_by'>> {
  if (archived === undefined) return {}
  if (!archived) return { archived_at: null, archived_by: null }
  // A user's decision overrides discovery, which then does not restore the pipeline.
  return { archived_at: before.archived_at ?? new Date(), archived_by: 'person' }
}

function refuseManaged({ managed_by_code: isManaged, slug }: PipelineRow, changed: readonly string[]): void {
  const refused = changed.filter((name) => ofCode.includes(name))
  if (!isManaged || refused.length === 0) return
  throw apiError(
    'pipeline_managed_by_code',
    `${refused.map((name) => `\`${name}\``).join(', ')} of the pipeline \`${slug}\` is set by its repository's code; change it there.`,
  )
}

function pick(row: PipelineChange, names: readonly (keyof PipelineChange)[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, row[name]]))
}
