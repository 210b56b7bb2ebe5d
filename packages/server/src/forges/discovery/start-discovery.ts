import { randomUUID } from 'node:crypto'
import type { BuildContext } from '@harmont/engine'
import { everyPipeline } from '@harmont/render'
import { now } from '@harmont/sandbox'
import type pg from 'pg'
import type { BuildEngine } from '../../builds/engine/build-engine.ts'
import { transaction } from '../../platform/database/transaction.ts'
import type { ForgeName, Forges } from '../forge/forge.ts'
import { type ConnectedRepository, findConnected } from '../repositories/connected-repository.ts'
import { type DiscoveryRow, insertDiscovery, lockRepository, newestDiscovery } from './store.ts'

export interface DiscoveryServices {
  readonly pool: pg.Pool
  readonly engine: BuildEngine
  readonly forges: Forges
  readonly publicUrl: string
}

export interface WantedDiscovery {
  readonly forge: ForgeName
  readonly repository: string
  /** Repeats the discovery of a commit even if the last one was applied. */
  readonly again: boolean
}

/**
 * Starts to render all pipelines of the default branch's head. The rendering is a build of the
 * engine without a pipeline, so that it queues and survives restarts like other builds. Fails if
 * the forge is unavailable.
 */
export async function startDiscovery(services: DiscoveryServices, wanted: WantedDiscovery): Promise<void> {
  const { pool, engine, forges } = services
  const repository = await findConnected(pool, wanted.forge, wanted.repository)
  const forge = forges.get(wanted.forge)
  if (repository === undefined || forge === undefined) return
  const commit = await forge.branchHead(repository.address, repository.defaultBranch)
  // The repository has no commit yet.
  if (commit === null) return
  const id = randomUUID()
  const announce = await transaction(pool, async (client) => {
    // The newest discovery may be about to end without a result.
    await lockRepository(client, {
      organization_id: repository.organizationId,
      forge: repository.forge,
      forge_repository_id: repository.address.externalId,
    })
    const newest = await newestDiscovery(client, repository)
    if (newest?.commit === commit && !wanted.again && !hasNoResult(newest)) return null
    await insertDiscovery(client, id, repository, commit)
    const request = {
      id,
      queue: repository.organizationId,
      at: now(),
      held: false,
      from: { kind: 'render' },
    } as const
    return (await engine.submit(client, request, contextOf(repository, commit, services.publicUrl))).announce
  })
  await announce?.()
}

/**
 * Returns whether a discovery ended without changing the pipelines: its rendering failed, or the
 * repository was not connected at its end.
 */
function hasNoResult({ state }: DiscoveryRow): boolean {
  return state === 'failed' || state === 'superseded'
}

function contextOf(repository: ConnectedRepository, commit: string, publicUrl: string): BuildContext {
  const { organizationId, organizationSlug, address, defaultBranch } = repository
  return {
    env: {},
    injectedEnv: {
      HARMONT: 'true',
      CI: 'true',
      HARMONT_ORG: organizationSlug,
      HARMONT_BRANCH: defaultBranch,
      HARMONT_COMMIT: commit,
      HARMONT_REPO: address.fullName,
    },
    // Rendering reads no cache entries.
    cache: { read: [], write: `${organizationId}/discovery` },
    trust: 'trusted',
    origin: { pipeline: 'discovery', number: '', url: `${publicUrl}/${organizationSlug}/repos` },
    renderSlug: everyPipeline,
    // Prevents the rendered pipelines from running, since this build belongs to no pipeline.
    planOnly: true,
    source: { kind: 'git', repository: repository.id, commit, refs: [`refs/heads/${defaultBranch}`] },
    conditionContext: {
      event: 'push',
      branch: defaultBranch,
      baseBranch: null,
      tag: null,
      changed: null,
      env: {},
      local: false,
    },
  }
}
