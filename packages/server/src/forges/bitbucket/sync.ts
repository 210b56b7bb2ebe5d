import { databaseTime } from '../../platform/database/database-time.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { ForgeRefused, ForgeUnavailable } from '../../platform/outbound/forge-errors.ts'
import { queueDiscovery } from '../discovery/queue-discovery.ts'
import { keepRepositories, removeUnseenRepositories } from '../repositories/store.ts'
import { type BitbucketApp, withGrant } from './app.ts'
import type { BitbucketApi } from './client.ts'
import { removeUnusedGrants } from './grant-store.ts'
import { listHooks, noteHook, noteHookProblem } from './hook-store.ts'
import { makeHook, removeHook } from './hooks.ts'
import { findWorkspace, noteWorkspaceSync, removeFreed, type Workspace } from './workspace-store.ts'
import { listWorkspaceRepositories } from './workspaces.ts'

/**
 * Reads a workspace anew, and makes the webhooks that are missing. Fails with `ForgeUnavailable` or `ForgeRefused`, and notes why; done again it goes on
 * where it was.
 */
export async function syncWorkspace(app: BitbucketApp, hookUrl: string, id: string): Promise<void> {
  const { pool } = app
  const workspace = await findWorkspace(pool, id)
  if (workspace === undefined || workspace.organizationId === null) return
  try {
    await withGrant(app, workspace.grantId, async (api) => {
      const started = await databaseTime(pool)
      const found = await listWorkspaceRepositories(api, workspace.uuid)
      await transaction(pool, async (client) => {
        const holder = { forge: 'bitbucket', id } as const
        await keepRepositories(client, holder, found)
        await removeUnseenRepositories(client, holder, started)
        await queueDiscovery(
          client,
          'bitbucket',
          found.map(({ externalId }) => externalId),
        )
      })
      await makeHooks(app, api, hookUrl, id)
    })
    await noteWorkspaceSync(pool, id, null)
  } catch (error) {
    if (error instanceof ForgeUnavailable || error instanceof ForgeRefused)
      await noteWorkspaceSync(pool, id, error.message)
    throw error
  }
}

async function makeHooks({ pool, sealer }: BitbucketApp, api: BitbucketApi, url: string, id: string): Promise<void> {
  for (const repository of await listHooks(pool, id)) {
    if (repository.hookUuid !== null) continue
    try {
      await noteHook(pool, sealer, repository.id, await makeHook(api, repository.fullName, url))
    } catch (error) {
      // One that the account does not administer stays without; the others get theirs.
      if (!(error instanceof ForgeRefused) || error.status === 401) throw error
      await noteHookProblem(pool, repository.id, error.message)
    }
  }
}

/** Removes the webhooks of a freed workspace, and then all that is known of it, its tokens too. */
export async function leaveWorkspace(app: BitbucketApp, id: string): Promise<void> {
  const workspace = await findWorkspace(app.pool, id)
  if (workspace === undefined || workspace.organizationId !== null) return
  await removeHooks(app, workspace)
  await transaction(app.pool, async (client) => {
    await removeFreed(client, id)
    await removeUnusedGrants(client)
  })
}

async function removeHooks(app: BitbucketApp, { id, grantId }: Workspace): Promise<void> {
  try {
    await withGrant(app, grantId, async (api) => {
      for (const { fullName, hookUuid } of await listHooks(app.pool, id))
        if (hookUuid !== null) await removeHook(api, fullName, hookUuid)
    })
  } catch (error) {
    // Who took our access back at Bitbucket has to remove them there: nobody else can, and what they send is refused.
    if (!(error instanceof ForgeRefused)) throw error
  }
}
