import { type PipelineRow, pipelineNotFound } from '../../organizations/index.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'
import { type BuildRow, findBuild, findPlacedBuild } from './store.ts'

/**
 * Finds the build named by a path, and its pipeline. Throws 404 for an absent build or one of
 * another organization.
 */
export async function requireBuild(
  database: Database,
  organizationId: string,
  path: { readonly pipeline: string; readonly number: number },
): Promise<{ readonly pipeline: PipelineRow; readonly build: BuildRow }> {
  const { pipeline, build } = await findPlacedBuild(database, organizationId, path.pipeline, path.number)
  if (pipeline === undefined) throw pipelineNotFound()
  return { pipeline, build: orNotFound(build) }
}

/** Finds a pipeline's build by its number. Throws 404 when there is none. */
export async function requireBuildOf(
  database: Database,
  pipeline: Pick<PipelineRow, 'id'>,
  number: number,
): Promise<BuildRow> {
  return orNotFound(await findBuild(database, pipeline.id, number))
}

function orNotFound(build: BuildRow | undefined): BuildRow {
  if (build === undefined) throw apiError('build_not_found', 'Build not found in this pipeline.')
  return build
}
