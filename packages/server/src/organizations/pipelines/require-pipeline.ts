import type { Database } from '../../platform/database/transaction.ts'
import { apiError, type Membership, requirePermission } from '../../platform/http/index.ts'
import { findPipeline, membersCanCreate, type PipelineRow } from './store.ts'

/**
 * Returns the pipeline of a slug in a path. Throws 404 if the organization has no such pipeline.
 */
export async function requirePipeline(database: Database, organizationId: string, slug: string): Promise<PipelineRow> {
  const pipeline = await findPipeline(database, organizationId, slug)
  if (pipeline === undefined) throw pipelineNotFound()
  return pipeline
}

/** Returns the 404 for a pipeline outside the organization. */
export function pipelineNotFound(): Error {
  return apiError('pipeline_not_found', 'Pipeline not found in this organization.')
}

/** Throws 403 for a pipeline that only its triggers may start. */
export function requireManualBuilds(pipeline: PipelineRow): void {
  if (pipeline.allow_manual) return
  throw apiError(
    'pipeline_manual_disabled',
    `The pipeline \`${pipeline.slug}\` does not allow manual builds; only its triggers start it.`,
  )
}

/** Throws 409 for an archived pipeline. */
export function requireLivePipeline(pipeline: PipelineRow): void {
  if (pipeline.archived_at === null) return
  throw apiError(
    'pipeline_archived',
    `The pipeline \`${pipeline.slug}\` is archived and accepts no new builds; restore it with \`archived: false\`.`,
  )
}

/** Throws 403 for a member if only admins may create pipelines. */
export async function requirePipelineCreation(
  database: Database,
  { organizationId, role }: Pick<Membership, 'organizationId' | 'role'>,
): Promise<void> {
  if (role !== 'member') return
  const membersCanCreatePipelines = await membersCanCreate(database, organizationId)
  requirePermission({ role, membersCanCreatePipelines }, 'pipeline.create', 'create pipelines')
}
