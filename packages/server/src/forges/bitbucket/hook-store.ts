/** The webhooks that we made, each with its own secret. */
import type { Database } from '../../platform/database/transaction.ts'
import type { Sealer } from '../../platform/encryption/seal.ts'

export interface HookPlace {
  /** Our own id of the repository. */
  readonly id: string
  readonly fullName: string
  /** Null: none was made yet. */
  readonly hookUuid: string | null
}

/** Repositories of a workspace with their webhooks, by name. */
export async function listHooks(database: Database, workspaceId: string): Promise<readonly HookPlace[]> {
  const { rows } = await database.query<HookPlace>(
    `select id, owner || '/' || name as "fullName", hook_uuid as "hookUuid" from repositories
      where bitbucket_workspace_id = $1 order by owner, name`,
    [workspaceId],
  )
  return rows
}

export async function noteHook(
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

export async function noteHookProblem(database: Database, repositoryId: string, problem: string): Promise<void> {
  await database.query('update repositories set hook_problem = $2 where id = $1', [repositoryId, problem])
}

/** Has the webhook of a repository made anew when its workspace is next read. */
export async function forgetHook(database: Database, repositoryId: string): Promise<void> {
  await database.query('update repositories set hook_uuid = null, hook_secret = null where id = $1', [repositoryId])
}

/** Undefined: there is no such webhook. */
export async function secretOfHook(database: Database, sealer: Sealer, uuid: string): Promise<string | undefined> {
  const { rows } = await database.query<{ id: string; hook_secret: Buffer }>({
    name: 'secret-of-hook',
    text: 'select id, hook_secret from repositories where hook_uuid = $1 and hook_secret is not null',
    values: [uuid],
  })
  const [row] = rows
  return row && sealer.open(placeOfHook(row.id), row.hook_secret)
}

/** Where the secret of a repository's webhook can be opened. */
export function placeOfHook(repositoryId: string): string {
  return `bitbucket-hook/${repositoryId}`
}
