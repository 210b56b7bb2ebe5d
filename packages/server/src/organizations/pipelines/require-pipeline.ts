import type { Database } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'
import { findPipeline, type PipelineRow } from './store.ts'

/** The pipeline that a path names. Throws 404 for one that is absent, of another organization, or no slug at all. */
export async function requirePipeline(database: Database, organizationId: string, slug: string): Promise<PipelineRow> {
  const pipeline = await findPipeline(database, organizationId, slug)
  if (pipeline === undefined) throw pipelineNotFound()
  return pipeline
}

export function pipelineNotFound(): Error {
  return apiError('pipeline_not_found', 'Pipeline not found in this organization.')
}
