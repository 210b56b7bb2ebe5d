import type { Database } from '../database/transaction.ts'

/** Makes others who start sessions of the user, or delete the account, wait for the end of this transaction. */
export async function lockUser(database: Database, userId: string): Promise<void> {
  await database.query({
    name: 'lock-user-for-session',
    // Not `for update`: rows that only refer to the user need not wait.
    text: 'select 1 from users where id = $1 for no key update',
    values: [userId],
  })
}

export interface NewSession {
  readonly id: string
  readonly userId: string
  readonly tokenHash: string
  readonly kind: 'web' | 'cli'
  readonly isCookie: boolean
  readonly days: number
  readonly address: string | null
  readonly userAgent: string | null
  readonly passkeyId: string | null
  readonly identityProvider: string | null
}

/** Gives when it ends. */
export async function insertSession(database: Database, session: NewSession): Promise<Date> {
  const { rows } = await database.query<{ expires_at: Date }>({
    name: 'insert-session',
    text: `insert into sessions (id, user_id, token_hash, kind, is_cookie, created_at, last_used_at, expires_at, address, user_agent, passkey_id, identity_provider)
           select $1, $2, $3, $4, $5, at, at, at + make_interval(days => $6), $7, $8, $9, $10
             from date_trunc('milliseconds', clock_timestamp()) as at
           returning expires_at`,
    values: [
      session.id,
      session.userId,
      session.tokenHash,
      session.kind,
      session.isCookie,
      session.days,
      session.address,
      session.userAgent?.slice(0, 512) ?? null,
      session.passkeyId,
      session.identityProvider,
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
    text: `delete from sessions
            where id in (select id from sessions where user_id = $1 order by created_at desc, id desc offset $2)`,
    values: [userId, most],
  })
}
