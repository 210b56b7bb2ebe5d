/** Browsers that were sent to an identity provider. */
import type { Database } from '../../platform/database/transaction.ts'
import type { IdentityProviderName } from './identity-provider.ts'

export interface OAuthState {
  readonly state_hash: string
  readonly provider: IdentityProviderName
  readonly browser_hash: string
  /** Sealed. */
  readonly verifier: Buffer
  readonly nonce: string
  readonly redirect: string
  readonly link_user_id: string | null
}

/** Keeps it for ten minutes. */
export async function insertState(database: Database, state: OAuthState): Promise<void> {
  await database.query({
    name: 'insert-oauth-state',
    text: `insert into oauth_states (state_hash, provider, browser_hash, verifier, nonce, redirect, link_user_id, expires_at)
           values ($1, $2, $3, $4, $5, $6, $7, now() + interval '10 minutes')`,
    values: [
      state.state_hash,
      state.provider,
      state.browser_hash,
      state.verifier,
      state.nonce,
      state.redirect,
      state.link_user_id,
    ],
  })
}

/** Takes it, so that nobody can come back with it again. Undefined: unknown, used or expired. */
export async function takeState(database: Database, stateHash: string): Promise<OAuthState | undefined> {
  const { rows } = await database.query<OAuthState & { readonly is_live: boolean }>({
    name: 'take-oauth-state',
    text: `delete from oauth_states where state_hash = $1
           returning state_hash, provider, browser_hash, verifier, nonce, redirect, link_user_id, expires_at > now() as is_live`,
    values: [stateHash],
  })
  const [row] = rows
  return row?.is_live ? row : undefined
}

/** Gives how many. */
export async function removeDeadStates(database: Database): Promise<number> {
  const { rowCount } = await database.query('delete from oauth_states where expires_at < now()')
  return rowCount ?? 0
}
