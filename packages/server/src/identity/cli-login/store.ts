import type { Database } from '../../platform/database/transaction.ts'

/** The secret that names a parked login: a nonce of the CLI, or a code that its user types. */
export type Kind = 'nonce' | 'code'

export interface ParkedLogin {
  readonly kind: Kind
  readonly secretHash: string
  readonly userId: string
  readonly sessionId: string | null
  readonly keyId: string | null
  readonly seconds: number
}

/**
 * Parks a login, or renews a parked login of the same user. Returns false if the secret names
 * another user's login.
 */
export async function insertLogin(database: Database, login: ParkedLogin): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'park-cli-login',
    text: `insert into cli_logins as l (kind, secret_hash, user_id, session_id, key_id, expires_at)
           values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))
           on conflict (kind, secret_hash) do update
             set user_id = excluded.user_id, session_id = excluded.session_id, key_id = excluded.key_id, expires_at = excluded.expires_at
             where l.user_id = excluded.user_id or l.expires_at <= now()`,
    values: [login.kind, login.secretHash, login.userId, login.sessionId, login.keyId, login.seconds],
  })
  return rowCount === 1
}

/** Returns the user of the login that is parked under a secret; undefined if there is none. */
export async function findLoginUser(database: Database, kind: Kind, secretHash: string): Promise<string | undefined> {
  const { rows } = await database.query<{ user_id: string }>({
    name: 'find-cli-login',
    text: 'select user_id from cli_logins where kind = $1 and secret_hash = $2 and expires_at > now()',
    values: [kind, secretHash],
  })
  return rows[0]?.user_id
}

/** The limits of the new session, from the credential that parked the login. */
export interface TakenLogin {
  /** The end of that credential; null: never. */
  readonly notAfter: Date | null
  readonly keyId: string | null
  readonly passkeyId: string | null
  readonly identityProvider: string | null
}

/**
 * Consumes a parked login. Returns undefined if it is gone or the credential that parked it ended.
 */
export async function takeLogin(
  database: Database,
  login: { readonly kind: Kind; readonly secretHash: string; readonly userId: string },
): Promise<TakenLogin | undefined> {
  const { rows } = await database.query<TakenLogin>({
    name: 'take-cli-login',
    text: `delete from cli_logins l using (
             select l.kind, l.secret_hash, coalesce(s.expires_at, k.expires_at) as not_after, coalesce(s.key_id, k.id) as by_key,
                    s.passkey_id, s.identity_provider
               from cli_logins l left join sessions s on s.id = l.session_id left join api_keys k on k.id = l.key_id
              where l.kind = $1 and l.secret_hash = $2 and coalesce(s.expires_at, k.expires_at, 'infinity') > now()
           ) living
            where l.kind = living.kind and l.secret_hash = living.secret_hash and l.user_id = $3 and l.expires_at > now()
           returning living.not_after as "notAfter", living.by_key as "keyId", living.passkey_id as "passkeyId",
                     living.identity_provider as "identityProvider"`,
    values: [login.kind, login.secretHash, login.userId],
  })
  return rows[0]
}

/** Returns whether the address requested this unknown nonce within the last minute. */
export async function wasAskedFor(database: Database, address: string, nonceHash: string): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'was-nonce-asked-for',
    text: `select 1 from cli_unknown_nonces where address = $1 and nonce_hash = $2 and seen_at > now() - interval '1 minute'`,
    values: [address, nonceHash],
  })
  return rowCount === 1
}

/**
 * Records a request for an unknown nonce. Returns false if it was already recorded within the last
 * minute.
 */
export async function noteUnknownNonce(database: Database, address: string, nonceHash: string): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'note-unknown-nonce',
    text: `insert into cli_unknown_nonces as n (address, nonce_hash, seen_at) values ($1, $2, now())
           on conflict (address, nonce_hash) do update set seen_at = now() where n.seen_at <= now() - interval '1 minute'`,
    values: [address, nonceHash],
  })
  return rowCount === 1
}

/** Removes expired logins and old unknown nonces. Returns the number of rows. */
export async function removeDeadLogins(database: Database): Promise<number> {
  const logins = await database.query('delete from cli_logins where expires_at < now()')
  const nonces = await database.query("delete from cli_unknown_nonces where seen_at < now() - interval '1 minute'")
  return (logins.rowCount ?? 0) + (nonces.rowCount ?? 0)
}
