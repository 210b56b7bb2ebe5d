import { randomUUID } from 'node:crypto'
import type { BuildContext } from '@harmont/engine'
import { everyPipeline } from '@harmont/render'
import { now } from '@harmont/sandbox'
import type pg from 'pg'
import type { BuildEngine } from '../../builds/engine/build-engine.ts'
import { transaction } from '../../platform/database/transaction.ts'
import type { ForgeName, Forges } from '../forge/forge.ts'
import { type ConnectedRepository, findConnected } from '../repositories/connected-repository.ts'
import { insertDiscovery, newestDiscovery } from './store.ts'

export interface DiscoveryServices {
  readonly pool: pg.Pool
  readonly engine: BuildEngine
  readonly forges: Forges
  readonly publicUrl: string
}

export interface WantedDiscovery {
  readonly forge: ForgeName
  readonly repository: string
  /** Also when the newest commit was looked at already. */
  readonly again: boolean
}

/**
 * Begins to render every pipeline of the default branch's head: as a build of the engine that is no pipeline's, so that it survives and waits as builds do.
 * Fails when the forge cannot be asked now.
 */
export async function startDiscovery(services: DiscoveryServices, wanted: WantedDiscovery): Promise<void> {
  const { pool, engine, forges } = services
  const repository = await findConnected(pool, wanted.forge, wanted.repository)
  const forge = forges.get(wanted.forge)
  if (repository === undefined || forge === undefined) return
  const commit = await forge.branchHead(repository.address, repository.defaultBranch)
  // A repository without a commit yet.
  if (commit === null) return
  const newest = await newestDiscovery(pool, repository)
  if (newest?.commit === commit && !wanted.again) return
  const id = randomUUID()
  const announce = await transaction(pool, async (client) => {
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
  announce()
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
    // Rendering finds nothing and keeps nothing.
    cache: { read: [], write: `${organizationId}/discovery` },
    trust: 'trusted',
    origin: { pipeline: 'discovery', number: '', url: `${publicUrl}/${organizationSlug}/repos` },
    renderSlug: everyPipeline,
    // Whatever a repository makes of its rendering: what is nobody's build runs nothing.
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
