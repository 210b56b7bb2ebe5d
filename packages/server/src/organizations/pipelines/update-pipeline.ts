import { isDeepStrictEqual } from 'node:util'
import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { apiError, type Body } from '../../platform/http/index.ts'
import { tidyRepoName } from '../../platform/names/repo-name.ts'
import { PipelineErrors } from './pipeline-fields.ts'
import { pipelineRefusal } from './refusal.ts'
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
/** What the repository's code decides where it manages the pipeline (`http.md` 11.5). */
const ofCode: readonly string[] = ['name', 'default_branch', 'allow_manual', 'source_slug']

/**
 * Changes what the body names, and restores or archives. Throws 422 `pipeline_invalid` or `pipeline_source_taken`, 409 `pipeline_managed_by_code` for what
 * the code sets to something else.
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
    throw await pipelineRefusal(pool, organizationId, { ...pipeline, ...wish }, error)
  }
}

function readWish(body: Wish): Partial<PipelineChange> {
  const wish: Partial<PipelineChange> = {
    ...(body.name === undefined ? {} : { name: body.name.trim() }),
    ...(body.description === undefined ? {} : { description: body.description }),
    ...(body.default_branch === undefined ? {} : { default_branch: body.default_branch.trim() }),
    ...(body.allow_manual === undefined ? {} : { allow_manual: body.allow_manual }),
    ...(body.repo_name === undefined ? {} : { repo_name: tidyRepoName(body.repo_name ?? '') }),
    ...(body.source_slug === undefined ? {} : { source_slug: body.source_slug }),
    ...(body.fork_policy === undefined ? {} : { fork_policy: body.fork_policy }),
    ...(body.protected_branches === undefined ? {} : { protected_branches: body.protected_branches }),
    ...(body.cache_share === undefined ? {} : { cache_share: body.cache_share }),
  }
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
  // What a person archives stays so, also where discovery had done it before.
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
