import type { Database } from '../../platform/database/transaction.ts'

/** Leaves the look at the address to the worker, so that the answer's time tells nothing. */
export async function queueRecovery(database: Database, wish: Readonly<Record<string, unknown>>): Promise<void> {
  await database.query({
    name: 'queue-recovery',
    text: `select graphile_worker.add_job('begin_recovery', $1::json)`,
    values: [JSON.stringify(wish)],
  })
}

/** Keeps a recovery link for 30 minutes. */
export async function insertRecoveryLink(database: Database, tokenHash: string, userId: string): Promise<void> {
  await database.query(
    `insert into recovery_links (token_hash, user_id, expires_at) values ($1, $2, now() + interval '30 minutes')`,
    [tokenHash, userId],
  )
}

const mostTries = 5
const isLive = `expires_at > now() and tries < ${mostTries}`

/** Whose link it is. Undefined: unknown, used, expired, or tried five times. */
export async function findRecoveryLink(database: Database, tokenHash: string): Promise<string | undefined> {
  const { rows } = await database.query<{ user_id: string }>(
    `select user_id from recovery_links where token_hash = $1 and ${isLive}`,
    [tokenHash],
  )
  return rows[0]?.user_id
}

/** Counts a try to use a link, and gives whose it is. Undefined: as `findRecoveryLink`. */
export async function tryRecoveryLink(database: Database, tokenHash: string): Promise<string | undefined> {
  const { rows } = await database.query<{ user_id: string }>(
    `update recovery_links set tries = tries + 1 where token_hash = $1 and ${isLive} returning user_id`,
    [tokenHash],
  )
  return rows[0]?.user_id
}

/** Uses a link up, and every other one of the user with it. False: it is gone. */
export async function consumeRecoveryLinks(database: Database, tokenHash: string, userId: string): Promise<boolean> {
  const { rows } = await database.query<{ token_hash: string }>(
    'delete from recovery_links where user_id = $1 returning token_hash',
    [userId],
  )
  return rows.some((row) => row.token_hash === tokenHash)
}

/** What a recovery took away, and what it left. */
export interface Leftovers {
  readonly keys: number
  readonly passkeys: number
}

/** Removes the user's keys, except that of HARMONT_BOOTSTRAP_TOKEN, which the operator's setting would bring back. Gives how many. */
export async function removeKeysOf(database: Database, userId: string): Promise<number> {
  const { rowCount } = await database.query('delete from api_keys where user_id = $1 and not bootstrap', [userId])
  return rowCount ?? 0
}

/** Voids logins that wait for a CLI, those that were parked with a key too. */
export async function removeCliLoginsOf(database: Database, userId: string): Promise<void> {
  await database.query('delete from cli_logins where user_id = $1', [userId])
}

/** The live keys and the passkeys of a user. */
export async function countCredentials(database: Database, userId: string): Promise<Leftovers> {
  const { rows } = await database.query<Leftovers>(
    `select (select count(*)::int from api_keys where user_id = $1 and (expires_at is null or expires_at > now())) as keys,
            (select count(*)::int from passkeys where user_id = $1) as passkeys`,
    [userId],
  )
  return rows[0] ?? { keys: 0, passkeys: 0 }
}
