/** Who began to connect Bitbucket, and for which organization. */
import type { Database } from '../../platform/database/transaction.ts'

export interface ConnectState {
  readonly stateHash: string
  readonly userId: string
  readonly organizationId: string
}

/** Keeps it for ten minutes. */
export async function insertConnectState(database: Database, state: ConnectState): Promise<void> {
  await database.query(
    `insert into bitbucket_states (state_hash, user_id, organization_id, expires_at) values ($1, $2, $3, now() + interval '10 minutes')`,
    [state.stateHash, state.userId, state.organizationId],
  )
}

/** Uses it up; gives the organization's slug. Undefined: this user did not begin it within ten minutes, or it is used up. */
export async function takeConnectState(
  database: Database,
  { stateHash, userId }: Pick<ConnectState, 'stateHash' | 'userId'>,
): Promise<string | undefined> {
  const { rows } = await database.query<{ slug: string }>(
    `delete from bitbucket_states s using organizations o
      where s.state_hash = $1 and s.user_id = $2 and s.expires_at > now() and o.id = s.organization_id returning o.slug`,
    [stateHash, userId],
  )
  return rows[0]?.slug
}

export async function removeDeadConnectStates(database: Database): Promise<void> {
  await database.query('delete from bitbucket_states where expires_at < now()')
}
