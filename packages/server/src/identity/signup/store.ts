import type { Database } from '../../platform/database/transaction.ts'
import type { AskedBy } from '../../platform/mail/queue-mail.ts'
import type { Person } from '../accounts/create-account.ts'

/** Queues the search for the address, so that the response time reveals nothing. */
export async function queueSignup(database: Database, person: Person, askedBy: AskedBy): Promise<void> {
  await database.query({
    name: 'queue-signup',
    text: `select graphile_worker.add_job('begin_signup', $1::json)`,
    values: [JSON.stringify({ ...person, askedBy })],
  })
}

/** Stores a verification token for 24 hours. */
export async function insertVerification(
  database: Database,
  tokenHash: string,
  { email, name }: Person,
): Promise<void> {
  await database.query(
    `insert into signup_verifications (token_hash, email, name, expires_at) values ($1, $2, $3, now() + interval '24 hours')`,
    [tokenHash, email, name],
  )
}

/** Returns undefined if the token is unknown, used or expired. */
export async function findVerification(database: Database, tokenHash: string): Promise<Person | undefined> {
  const { rows } = await database.query<Person>(
    'select email, name from signup_verifications where token_hash = $1 and expires_at > now()',
    [tokenHash],
  )
  return rows[0]
}

/** Consumes a token. Returns undefined if it is unknown, used or expired. */
export async function consumeVerification(database: Database, tokenHash: string): Promise<Person | undefined> {
  const { rows } = await database.query<Person>(
    'delete from signup_verifications where token_hash = $1 and expires_at > now() returning email, name',
    [tokenHash],
  )
  return rows[0]
}
