import { type PipelineRow, requirePipeline } from '../../organizations/index.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'
import { type BuildRow, findBuild } from './store.ts'

/** Finds the build of a path, and its pipeline. Throws 404 for an absent or foreign one. */
export async function requireBuild(
  database: Database,
  organizationId: string,
  path: { readonly pipeline: string; readonly number: number },
): Promise<{ readonly pipeline: PipelineRow; readonly build: BuildRow }> {
  const pipeline = await requirePipeline(database, organizationId, path.pipeline)
  return { pipeline, build: await requireBuildOf(database, pipeline, path.number) }
}

/** Finds a pipeline's build by its number. Throws 404 when there is none. */
export async function requireBuildOf(database: Database, pipeline: PipelineRow, number: number): Promise<BuildRow> {
  const build = await findBuild(database, pipeline.id, number)
  if (build === undefined) throw apiError('build_not_found', 'Build not found in this pipeline.')
  return build
}
