/** The state of a sign-in while the browser is at the provider: a cookie and a row. */
import { stringifySetCookie } from 'cookie'
import type { Database } from '../../platform/database/transaction.ts'
import type { IdentityProviderName } from './identity-provider.ts'

const lifeSeconds = 600

/** The cookie that binds a sign-in to the browser that began it. */
export interface BrowserCookie {
  readonly name: string
  set(value: string): string
  clear(): string
}

export function browserCookie(publicUrl: string): BrowserCookie {
  const secure = publicUrl.startsWith('https:')
  const name = secure ? '__Host-harmont_oauth' : 'harmont_oauth'
  const make = (value: string, maxAge: number) =>
    // SameSite is Lax, because the browser must send the cookie when the provider's page redirects
    // here.
    stringifySetCookie({ name, value, maxAge, httpOnly: true, path: '/', sameSite: 'lax', secure })
  return { name, set: (value) => make(value, lifeSeconds), clear: () => make('', 0) }
}

export interface OAuthState {
  readonly state_hash: string
  readonly provider: IdentityProviderName
  readonly browser_hash: string
  /** The PKCE verifier, encrypted. */
  readonly verifier: Buffer
  readonly nonce: string
  readonly redirect: string
  readonly link_user_id: string | null
}

/** Stores a sign-in for ten minutes. */
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

/**
 * Consumes a sign-in, which completes once. Returns undefined if it is unknown, used or expired.
 */
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
