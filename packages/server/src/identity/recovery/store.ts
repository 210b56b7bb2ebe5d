import type { Database } from '../../platform/database/transaction.ts'
import type { AskedBy } from '../../platform/mail/queue-mail.ts'

/** Queues the search for the address, so that the response time reveals nothing. */
export async function queueRecovery(database: Database, email: string, askedBy: AskedBy): Promise<void> {
  await database.query({
    name: 'queue-recovery',
    text: `select graphile_worker.add_job('begin_recovery', $1::json)`,
    values: [JSON.stringify({ email, askedBy })],
  })
}

/** Stores a recovery link for 30 minutes. */
export async function insertRecoveryLink(database: Database, tokenHash: string, userId: string): Promise<void> {
  await database.query(
    `insert into recovery_links (token_hash, user_id, expires_at) values ($1, $2, now() + interval '30 minutes')`,
    [tokenHash, userId],
  )
}

const mostTries = 5
const isLive = `expires_at > now() and tries < ${mostTries}`

/**
 * Returns the user of a link. Returns undefined if the link is unknown, used, expired, or was tried
 * five times.
 */
export async function findRecoveryLink(database: Database, tokenHash: string): Promise<string | undefined> {
  const { rows } = await database.query<{ user_id: string }>(
    `select user_id from recovery_links where token_hash = $1 and ${isLive}`,
    [tokenHash],
  )
  return rows[0]?.user_id
}

/** Counts an attempt to use a link, and returns its user; undefined as in `findRecoveryLink`. */
export async function tryRecoveryLink(database: Database, tokenHash: string): Promise<string | undefined> {
  const { rows } = await database.query<{ user_id: string }>(
    `update recovery_links set tries = tries + 1 where token_hash = $1 and ${isLive} returning user_id`,
    [tokenHash],
  )
  return rows[0]?.user_id
}

/** Removes all links of a link's user. Returns false if the link is gone. */
export async function consumeRecoveryLinks(database: Database, tokenHash: string, userId: string): Promise<boolean> {
  const { rows } = await database.query<{ token_hash: string }>(
    'delete from recovery_links where user_id = $1 returning token_hash',
    [userId],
  )
  return rows.some((row) => row.token_hash === tokenHash)
}

/** The numbers of a user's credentials. */
export interface Credentials {
  readonly keys: number
  readonly passkeys: number
}

/** Removes the user's keys, except HARMONT_BOOTSTRAP_TOKEN's, which every start restores. */
export async function removeKeysOf(database: Database, userId: string): Promise<number> {
  const { rowCount } = await database.query('delete from api_keys where user_id = $1 and not bootstrap', [userId])
  return rowCount ?? 0
}

/** Removes the user's parked CLI logins, whether a session or a key parked them. */
export async function removeCliLoginsOf(database: Database, userId: string): Promise<void> {
  await database.query('delete from cli_logins where user_id = $1', [userId])
}

/** Counts the live keys and the passkeys of a user. */
export async function countCredentials(database: Database, userId: string): Promise<Credentials> {
  const { rows } = await database.query<Credentials>(
    `select (select count(*)::int from api_keys where user_id = $1 and (expires_at is null or expires_at > now())) as keys,
            (select count(*)::int from passkeys where user_id = $1) as passkeys`,
    [userId],
  )
  return rows[0] ?? { keys: 0, passkeys: 0 }
}
