import type { Database } from '../../platform/database/transaction.ts'
import { apiError, type Membership, requirePermission } from '../../platform/http/index.ts'
import { membersCanCreate, type PipelineRow } from './store.ts'

/** Throws 403 for a pipeline that only triggers may build. */
export function requireManualBuilds(pipeline: PipelineRow): void {
  if (pipeline.allow_manual) return
  throw apiError(
    'pipeline_manual_disabled',
    `The pipeline \`${pipeline.slug}\` does not allow manual builds; only its triggers start it.`,
  )
}

/** Throws 409 for an archived pipeline, which builds nothing new. */
export function requireLivePipeline(pipeline: PipelineRow): void {
  if (pipeline.archived_at === null) return
  throw apiError(
    'pipeline_archived',
    `The pipeline \`${pipeline.slug}\` is archived and accepts no new builds; restore it with \`archived: false\`.`,
  )
}

/** Throws 403 for a member of an organization that leaves the making of pipelines to its admins. */
export async function requirePipelineCreation(
  database: Database,
  { organizationId, role }: Pick<Membership, 'organizationId' | 'role'>,
): Promise<void> {
  if (role !== 'member') return
  const membersCanCreatePipelines = await membersCanCreate(database, organizationId)
  requirePermission({ role, membersCanCreatePipelines }, 'pipeline.create', 'create pipelines')
}
