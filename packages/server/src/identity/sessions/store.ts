import type { Database } from '../../platform/database/transaction.ts'

// The days without use after which a cookie session ends.
const cookieIdleDays = 14
const isAlive = `expires_at > now() and (not is_cookie or last_used_at > now() - interval '${cookieIdleDays} days')`

export interface NewSession {
  readonly id: string
  readonly userId: string
  readonly tokenHash: string
  readonly kind: 'web' | 'cli'
  readonly isCookie: boolean
  readonly days: number
  /** The end of the credential that created it; null: only its own lifetime counts. */
  readonly notAfter: Date | null
  readonly address: string | null
  readonly userAgent: string | null
  readonly passkeyId: string | null
  readonly identityProvider: string | null
  readonly keyId: string | null
}

/** Returns the end of the session. */
export async function insertSession(database: Database, session: NewSession): Promise<Date> {
  const { rows } = await database.query<{ expires_at: Date }>({
    name: 'insert-session',
    text: `insert into sessions (id, user_id, token_hash, kind, is_cookie, created_at, last_used_at, expires_at, address, user_agent, passkey_id, identity_provider, key_id)
           select $1, $2, $3, $4, $5, at, at, least(at + make_interval(days => $6), $7::timestamptz), $8, $9, $10, $11, $12
             from date_trunc('milliseconds', clock_timestamp()) as at
           returning expires_at`,
    values: [
      session.id,
      session.userId,
      session.tokenHash,
      session.kind,
      session.isCookie,
      session.days,
      session.notAfter,
      session.address,
      session.userAgent?.slice(0, 512) ?? null,
      session.passkeyId,
      session.identityProvider,
      session.keyId,
    ],
  })
  const [row] = rows
  if (row === undefined) throw new Error('the inserted session was not returned')
  return row.expires_at
}

/** Ends the oldest sessions of a user until `most` are left. */
export async function removeSessionsBeyond(database: Database, userId: string, most: number): Promise<void> {
  await database.query({
    name: 'remove-sessions-beyond',
    // Skips rows that another transaction is removing: it may be waiting for this one.
    text: `delete from sessions
            where id in (select id from sessions where user_id = $1 order by created_at desc, id desc offset $2 for update skip locked)`,
    values: [userId, most],
  })
}

export interface SessionRow {
  readonly id: string
  readonly kind: 'web' | 'cli'
  readonly created_at: Date
  readonly last_used_at: Date
  readonly expires_at: Date
  readonly address: string | null
  readonly user_agent: string | null
}

/** Lists the user's live sessions, newest first. */
export async function listSessionsOf(database: Database, userId: string): Promise<readonly SessionRow[]> {
  const { rows } = await database.query<SessionRow>(
    `select id, kind, created_at, last_used_at, expires_at, address, user_agent
       from sessions where user_id = $1 and ${isAlive} order by created_at desc, id desc`,
    [userId],
  )
  return rows
}

/** Returns false if the user has no such live session. */
export async function deleteSession(database: Database, userId: string, id: string): Promise<boolean> {
  const { rowCount } = await database.query(`delete from sessions where id = $1 and user_id = $2 and ${isAlive}`, [
    id,
    userId,
  ])
  return rowCount === 1
}

/** Ends all sessions of a user, except the given one. Returns how many. */
export async function deleteSessionsOf(database: Database, userId: string, exceptId: string | null): Promise<number> {
  const { rowCount } = await database.query(
    'delete from sessions where user_id = $1 and ($2::uuid is null or id <> $2)',
    [userId, exceptId],
  )
  return rowCount ?? 0
}

/** Removes expired sessions. Returns how many. */
export async function removeDeadSessions(database: Database): Promise<number> {
  const { rowCount } = await database.query(
    `delete from sessions where expires_at < now() or (is_cookie and last_used_at < now() - interval '${cookieIdleDays} days')`,
  )
  return rowCount ?? 0
}
