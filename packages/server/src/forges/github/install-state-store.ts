/** Who began to install the App, and for which organization. */
import type { Database } from '../../platform/database/transaction.ts'

export interface InstallState {
  readonly stateHash: string
  readonly userId: string
  readonly organizationId: string
}

/** Keeps it for an hour. */
export async function insertInstallState(database: Database, state: InstallState): Promise<void> {
  await database.query(
    `insert into github_install_states (state_hash, user_id, organization_id, expires_at)
     values ($1, $2, $3, now() + interval '1 hour')`,
    [state.stateHash, state.userId, state.organizationId],
  )
}

/** Whether it was begun by this user for this organization, an hour ago at most, and is not used up. */
export async function isInstallState(database: Database, state: InstallState): Promise<boolean> {
  const { rows } = await database.query(
    `select 1 from github_install_states
      where state_hash = $1 and user_id = $2 and organization_id = $3 and expires_at > now()`,
    [state.stateHash, state.userId, state.organizationId],
  )
  return rows.length === 1
}

/** Uses it up. False: another request was faster. */
export async function takeInstallState(database: Database, stateHash: string): Promise<boolean> {
  const { rowCount } = await database.query('delete from github_install_states where state_hash = $1', [stateHash])
  return rowCount === 1
}

/** Gives how many. */
export async function removeDeadInstallStates(database: Database): Promise<number> {
  const { rowCount } = await database.query('delete from github_install_states where expires_at < now()')
  return rowCount ?? 0
}
