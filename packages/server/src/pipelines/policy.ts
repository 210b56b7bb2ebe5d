import { apiError } from '../http/index.ts'
import type { PipelineRow } from './store.ts'

/** Throws 403 for a pipeline that only triggers may build. */
export function requireManualBuilds(pipeline: PipelineRow): void {
  if (pipeline.allow_manual) return
  throw apiError(
    'pipeline_manual_disabled',
    `The pipeline \`${pipeline.slug}\` does not allow manual builds; only its triggers start it.`,
  )
}
