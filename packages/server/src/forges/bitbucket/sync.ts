/** Keeps our copy of workspaces, their repositories and webhooks up to date. */
import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import { withAdvisoryLock } from '../../platform/database/advisory-lock.ts'
import { databaseTime } from '../../platform/database/database-time.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { ForgeRefused } from '../../platform/outbound/forge-errors.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import { removeExpiredStates } from '../forge/connect-states.ts'
import { isForgeFailure, syncTask } from '../forge/failures.ts'
import { recordSync, replaceRepositories } from '../repositories/store.ts'
import { type BitbucketApp, withGrant } from './app.ts'
import type { BitbucketApi } from './client.ts'
import { removeUnusedGrants } from './grant-store.ts'
import { listHooks, makeHook, recordHookProblem, removeHook, storeHook } from './hooks.ts'
import { listWorkspaceRepositories } from './repository-api.ts'
import { findWorkspace, removeUnbound, removeUnboundRepository, type Workspace } from './workspace-store.ts'

interface BitbucketTaskServices {
  readonly pool: pg.Pool
  readonly settings: Pick<Settings, 'publicUrl'>
  /** null if Bitbucket is not set up. */
  readonly bitbucket: BitbucketApp | null
  readonly log: Logger
}

export const bitbucketCrontab = ['43 * * * * bitbucket_sweep']

export function bitbucketTasks(services: BitbucketTaskServices): TaskList {
  const { pool, settings, bitbucket } = services
  const hookUrl = `${settings.publicUrl}/webhooks/bitbucket`
  // One task at a time changes the webhooks of a workspace. Otherwise a removal could delete those
  // that a sync has just set.
  const alone = async (id: string, run: (app: BitbucketApp) => Promise<void>) => {
    if (bitbucket !== null) await withAdvisoryLock(pool, `bitbucket workspace ${id}`, () => run(bitbucket))
  }
  return {
    bitbucket_sync: syncTask(services, 'bitbucket_sync', 'Bitbucket', (id) =>
      alone(id, (app) => syncWorkspace(app, hookUrl, id)),
    ),
    bitbucket_leave: syncTask(services, 'bitbucket_leave', 'Bitbucket', (id) =>
      alone(id, (app) => leaveWorkspace(app, hookUrl, id)),
    ),
    bitbucket_sweep: async () => {
      await removeExpiredStates(pool, 'bitbucket')
    },
  }
}

/**
 * Reads the repositories of a workspace and creates missing webhooks. Fails with `ForgeUnavailable`
 * or `ForgeRefused`, and records the reason. A repeated call continues where this one stopped.
 */
async function syncWorkspace(app: BitbucketApp, hookUrl: string, id: string): Promise<void> {
  const { pool } = app
  const workspace = await findWorkspace(pool, id)
  if (workspace === undefined || workspace.organizationId === null) return
  const connection = { forge: 'bitbucket', id } as const
  try {
    await withGrant(app, workspace.grantId, async (api) => {
      const started = await databaseTime(pool)
      const found = await listWorkspaceRepositories(api, workspace.uuid)
      await transaction(pool, (client) => replaceRepositories(client, connection, found, started))
      await makeHooks(app, api, hookUrl, id)
    })
    await recordSync(pool, connection, null)
  } catch (error) {
    if (isForgeFailure(error)) await recordSync(pool, connection, error.message)
    throw error
  }
}

async function makeHooks({ pool, sealer }: BitbucketApp, api: BitbucketApi, url: string, id: string): Promise<void> {
  for (const repository of await listHooks(pool, id)) {
    if (repository.hookUuid !== null) continue
    try {
      await storeHook(pool, sealer, repository.id, await makeHook(api, repository.fullName, url))
    } catch (error) {
      // The account may not administer this repository; continue with the others.
      if (!(error instanceof ForgeRefused) || error.status === 401) throw error
      await recordHookProblem(pool, repository.id, error.message)
    }
  }
}

/**
 * Removes the webhooks of an unbound workspace, then our data about it, including its tokens. Stops
 * when the workspace is bound again. A repeated call continues where this one stopped.
 */
async function leaveWorkspace(app: BitbucketApp, hookUrl: string, id: string): Promise<void> {
  const workspace = await findWorkspace(app.pool, id)
  if (workspace === undefined || workspace.organizationId !== null) return
  await removeHooks(app, hookUrl, workspace)
  await transaction(app.pool, async (client) => {
    await removeUnbound(client, id)
    await removeUnusedGrants(client)
  })
}

async function removeHooks(app: BitbucketApp, hookUrl: string, { id, grantId }: Workspace): Promise<void> {
  try {
    await withGrant(app, grantId, async (api) => {
      for (const repository of await listHooks(app.pool, id)) {
        if ((await findWorkspace(app.pool, id))?.organizationId !== null) return
        await removeHook(api, repository, hookUrl)
        await removeUnboundRepository(app.pool, repository.id)
      }
    })
  } catch (error) {
    // If our access was revoked at Bitbucket, only its users can remove the webhooks. Their
    // deliveries are refused.
    if (!(error instanceof ForgeRefused)) throw error
  }
}
