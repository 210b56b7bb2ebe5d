import { ForgeRefused } from '../../platform/outbound/forge-errors.ts'
import type { Forge, Forges } from '../forge/forge.ts'
import { findConnected } from '../repositories/connected-repository.ts'
import { type StartServices, startBuild } from './start-build.ts'
import { findTriggered } from './store.ts'

export interface ScheduleServices extends StartServices {
  readonly forges: Forges
}

export interface ScheduledBuild {
  readonly pipeline: string
  /** '' = the default branch. */
  readonly branch: string
  /** When it was to be, RFC 3339. */
  readonly tick: string
}

/** Builds a branch's head for a tick; repeated for the same tick it makes nothing more. Fails when the forge cannot be asked now. */
export async function buildScheduled(services: ScheduleServices, scheduled: ScheduledBuild): Promise<void> {
  const { pool, forges } = services
  const pipeline = await findTriggered(pool, scheduled.pipeline)
  if (pipeline === undefined) return
  const repository = await findConnected(pool, pipeline.forge, pipeline.forge_repository_id)
  const forge = forges.get(pipeline.forge)
  if (repository === undefined || forge === undefined) return
  const branch = scheduled.branch || repository.defaultBranch
  const commit = await headOrNone(forge, repository.address, branch)
  if (commit === null) return
  await startBuild(services, {
    repository,
    pipeline,
    author: { userId: null, name: null },
    branch,
    commit,
    message: null,
    sourceName: repository.id,
    refs: [`refs/heads/${branch}`],
    facts: {
      event: 'schedule',
      tag: null,
      baseBranch: null,
      pullRequest: null,
      changed: null,
      trust: 'trusted',
      refClass: 'fetched',
      held: false,
      delivery: { provider: 'schedule', id: `${scheduled.tick} ${branch}`, event: 'schedule' },
      rebuildOf: null,
      recordedSource: 'schedule',
    },
  })
}

/** The head of a branch; null when there is none, or the forge does not show it. */
async function headOrNone(
  forge: Forge,
  repository: Parameters<Forge['branchHead']>[0],
  branch: string,
): Promise<string | null> {
  try {
    return await forge.branchHead(repository, branch)
  } catch (error) {
    if (error instanceof ForgeRefused) return null
    throw error
  }
}
