import type { Database } from '../../platform/database/transaction.ts'

export interface Verification {
  readonly email: string
  readonly name: string
}

/** Leaves the look at the address to the worker, so that the answer's time tells nothing. */
export async function queueSignup(database: Database, wish: Readonly<Record<string, unknown>>): Promise<void> {
  await database.query({
    name: 'queue-signup',
    text: `select graphile_worker.add_job('begin_signup', $1::json)`,
    values: [JSON.stringify(wish)],
  })
}

/** Keeps a verification token for 24 hours. */
export async function insertVerification(
  database: Database,
  { tokenHash, email, name }: Verification & { readonly tokenHash: string },
): Promise<void> {
  await database.query(
    `insert into signup_verifications (token_hash, email, name, expires_at) values ($1, $2, $3, now() + interval '24 hours')`,
    [tokenHash, email, name],
  )
}

/** Undefined: unknown, used or expired. */
export async function findVerification(database: Database, tokenHash: string): Promise<Verification | undefined> {
  const { rows } = await database.query<Verification>(
    'select email, name from signup_verifications where token_hash = $1 and expires_at > now()',
    [tokenHash],
  )
  return rows[0]
}

/** Uses a token up. Undefined: unknown, used or expired. */
export async function consumeVerification(database: Database, tokenHash: string): Promise<Verification | undefined> {
  const { rows } = await database.query<Verification>(
    'delete from signup_verifications where token_hash = $1 and expires_at > now() returning email, name',
    [tokenHash],
  )
  return rows[0]
}
