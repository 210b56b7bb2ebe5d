/** Our webhooks in the repositories of workspaces, each with its own secret. */
import { randomBytes } from 'node:crypto'
import type { Database } from '../../platform/database/transaction.ts'
import type { Sealer } from '../../platform/encryption/seal.ts'
import { isHidden } from '../../platform/outbound/forge-errors.ts'
import { orNull } from '../forge/failures.ts'
import { apiPath, type BitbucketApi, repositoryPath } from './client.ts'

const events = [
  'repo:push',
  'pullrequest:created',
  'pullrequest:updated',
  'pullrequest:fulfilled',
  'pullrequest:rejected',
]
const mostHooks = 1000

/** Creates our webhook in a repository, or sets a new secret of an existing one. */
export async function makeHook(
  api: BitbucketApi,
  fullName: string,
  url: string,
): Promise<{ readonly uuid: string; readonly secret: string }> {
  const secret = randomBytes(32).toString('base64url')
  const body = { description: 'Harmont', url, active: true, events, secret }
  const hooks = hooksOf(fullName)
  const there = await findHook(api, fullName, url)
  const made =
    there === null ? await api.send('POST', hooks, body) : await api.send('PUT', hooks + apiPath([there]), body)
  return { uuid: bareUuid(made.text('uuid')), secret }
}

/** Finds our webhook in a repository by its address. Returns Bitbucket's id. */
async function findHook(api: BitbucketApi, fullName: string, url: string): Promise<string | null> {
  const all = await api.list(`${hooksOf(fullName)}?pagelen=100`, mostHooks)
  return all?.find((hook) => hook.maybeText('url') === url)?.text('uuid') ?? null
}

/**
 * Removes our webhook. Looks for its address if its id is unknown. Succeeds if it or its repository
 * is already gone.
 */
export async function removeHook(
  api: BitbucketApi,
  { fullName, hookUuid }: RepositoryHook,
  url: string,
): Promise<void> {
  await orNull(async () => {
    const uuid = hookUuid === null ? await findHook(api, fullName, url) : `{${hookUuid}}`
    if (uuid !== null) await api.remove(hooksOf(fullName) + apiPath([uuid]))
  }, isHidden)
}

/** Removes the braces of an id: the API has them, the header of a delivery does not. */
export function bareUuid(uuid: string): string {
  return uuid.replace(/^\{|\}$/g, '').toLowerCase()
}

function hooksOf(fullName: string): string {
  return repositoryPath(fullName, 'hooks')
}

interface RepositoryHook {
  /** Our id of the repository. */
  readonly id: string
  readonly fullName: string
  /** null if it is unknown, or there is none yet. */
  readonly hookUuid: string | null
}

/** Lists the repositories of a workspace with their webhooks, ordered by name. */
export async function listHooks(database: Database, workspaceId: string): Promise<readonly RepositoryHook[]> {
  const { rows } = await database.query<RepositoryHook>(
    `select id, owner || '/' || name as "fullName", hook_uuid as "hookUuid" from repositories
      where bitbucket_workspace_id = $1 order by owner, name`,
    [workspaceId],
  )
  return rows
}

/** Stores the webhook of a repository, with its secret encrypted. */
export async function storeHook(
  database: Database,
  sealer: Sealer,
  repositoryId: string,
  hook: { readonly uuid: string; readonly secret: string },
): Promise<void> {
  await database.query('update repositories set hook_uuid = $2, hook_secret = $3, hook_problem = null where id = $1', [
    repositoryId,
    hook.uuid,
    sealer.seal(placeOfHook(repositoryId), hook.secret),
  ])
}

/** Records why a repository has no webhook. */
export async function recordHookProblem(database: Database, repositoryId: string, problem: string): Promise<void> {
  await database.query('update repositories set hook_problem = $2 where id = $1', [repositoryId, problem])
}

/** Deletes the webhook of a repository here, so that the next sync creates it again. */
export async function resetHook(database: Database, repositoryId: string): Promise<void> {
  await database.query('update repositories set hook_uuid = null, hook_secret = null where id = $1', [repositoryId])
}

/** Forgets the webhooks of a workspace's repositories, so that the next sync sets them again. */
export async function resetHooks(database: Database, workspaceId: string): Promise<void> {
  await database.query(
    'update repositories set hook_uuid = null, hook_secret = null where bitbucket_workspace_id = $1',
    [workspaceId],
  )
}

/** Finds the secret of a webhook. */
export async function secretOfHook(database: Database, sealer: Sealer, uuid: string): Promise<string | undefined> {
  const { rows } = await database.query<{ id: string; hook_secret: Buffer }>({
    name: 'secret-of-hook',
    text: 'select id, hook_secret from repositories where hook_uuid = $1 and hook_secret is not null',
    values: [uuid],
  })
  const [row] = rows
  return row && sealer.open(placeOfHook(row.id), row.hook_secret)
}

/** Returns the sealing context of a webhook's secret. */
export function placeOfHook(repositoryId: string): string {
  return `bitbucket-hook/${repositoryId}`
}
