/** The builds that a forge's check stands for. */
import type pg from 'pg'
import { type BuildRow, findBuildsById } from '../../builds/records/store.ts'
import { findPipeline, type PipelineRow } from '../../organizations/pipelines/store.ts'
import { findCheck, findCheckOf, newestBuildsOfCommit } from '../checks/store.ts'
import type { ConnectedRepository } from '../repositories/connected-repository.ts'

export interface CheckedBuildOf {
  readonly build: BuildRow
  readonly pipeline: PipelineRow
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The id that a check of this repository was made for: a build's or a discovery's; undefined when it is none of ours. */
export async function checkedId(
  pool: pg.Pool,
  repository: ConnectedRepository,
  check: { readonly externalId: string | null; readonly checkId: string },
): Promise<string | undefined> {
  const { externalId } = check
  const row =
    externalId !== null && uuid.test(externalId)
      ? await findCheck(pool, externalId)
      : await findCheckOf(pool, repository.forge, check.checkId)
  const isTheirs =
    row?.organization_id === repository.organizationId &&
    row.forge === repository.forge &&
    row.forge_repository_id === repository.address.externalId
  return isTheirs ? row?.id : undefined
}

/** Those of the builds that a pipeline still has. */
export async function checkedBuilds(
  pool: pg.Pool,
  { organizationId }: ConnectedRepository,
  ids: readonly string[],
): Promise<readonly CheckedBuildOf[]> {
  const found: CheckedBuildOf[] = []
  for (const build of await findBuildsById(pool, ids)) {
    const pipeline = await findPipeline(pool, organizationId, build.pipeline_slug)
    if (pipeline !== undefined && pipeline.archived_at === null) found.push({ build, pipeline })
  }
  return found
}

/** The newest build of each pipeline that has a check at the commit. */
export async function checkedBuildsAt(
  pool: pg.Pool,
  repository: ConnectedRepository,
  commit: string,
): Promise<readonly CheckedBuildOf[]> {
  return checkedBuilds(pool, repository, await newestBuildsOfCommit(pool, repository, commit))
}
