import type { Database } from '../../platform/database/transaction.ts'

/** The ceremony that a challenge belongs to. */
export type Purpose = 'signup' | 'login' | 'register' | 'recover' | 'setup'

export interface ChallengeRow {
  readonly id: string
  readonly purpose: Purpose
  readonly challenge: Buffer
  readonly user_id: string | null
  readonly token_hash: string | null
  readonly user_handle: Buffer | null
}

/** Keeps a challenge for five minutes. */
export async function insertChallenge(database: Database, row: ChallengeRow): Promise<void> {
  await database.query({
    name: 'insert-challenge',
    text: `insert into passkey_challenges (id, purpose, challenge, user_id, token_hash, user_handle, expires_at)
           values ($1, $2, $3, $4, $5, $6, now() + interval '5 minutes')`,
    values: [row.id, row.purpose, row.challenge, row.user_id, row.token_hash, row.user_handle],
  })
}

/** Undefined: it is not there, or expired. One caller alone gets it. */
export async function deleteChallenge(database: Database, id: string): Promise<ChallengeRow | undefined> {
  const { rows } = await database.query<ChallengeRow & { readonly is_live: boolean }>({
    name: 'delete-challenge',
    text: `delete from passkey_challenges where id = $1
           returning id, purpose, challenge, user_id, token_hash, user_handle, expires_at > now() as is_live`,
    values: [id],
  })
  const [row] = rows
  return row?.is_live ? row : undefined
}

/** Removes challenges and links that work no more. */
export async function sweepSignIn(database: Database): Promise<void> {
  for (const table of ['passkey_challenges', 'signup_verifications', 'recovery_links', 'setup_links'])
    await database.query(`delete from ${table} where expires_at < now()`)
}
