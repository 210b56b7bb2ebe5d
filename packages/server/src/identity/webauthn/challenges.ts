import { randomBytes, randomUUID } from 'node:crypto'
import type { Database } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'

/** The owner of a challenge: a user, the holder of a mailed token, or anybody for a sign-in. */
export interface ChallengeOwner {
  /** The ceremony that the challenge belongs to. */
  readonly purpose: 'signup' | 'login' | 'register' | 'recover' | 'setup'
  readonly userId?: string
  readonly tokenHash?: string
}

export interface NewChallenge {
  readonly id: string
  readonly challenge: Buffer
}

interface ChallengeRow extends NewChallenge {
  readonly purpose: ChallengeOwner['purpose']
  readonly user_id: string | null
  readonly token_hash: string | null
  readonly user_handle: Buffer | null
}

/**
 * Stores a challenge that its owner can answer once, within five minutes. `userHandle` names the
 * account that a new passkey is for.
 */
export async function newChallenge(
  database: Database,
  { userHandle, ...owner }: ChallengeOwner & { readonly userHandle?: Buffer },
): Promise<NewChallenge> {
  const made = { id: randomUUID(), challenge: randomBytes(32) }
  const { purpose, userId = null, tokenHash = null } = owner
  await database.query({
    name: 'insert-challenge',
    text: `insert into passkey_challenges (id, purpose, challenge, user_id, token_hash, user_handle, expires_at)
           values ($1, $2, $3, $4, $5, $6, now() + interval '5 minutes')`,
    values: [made.id, purpose, made.challenge, userId, tokenHash, userHandle ?? null],
  })
  return made
}

/**
 * Consumes a challenge, so that a second answer fails even if this one does too. Takes the pool
 * rather than a transaction, which may be rolled back. Throws 400 for a challenge that is unknown,
 * expired or another owner's.
 */
export async function takeChallenge(pool: Database, id: string, owner: ChallengeOwner): Promise<ChallengeRow> {
  const { rows } = await pool.query<ChallengeRow & { readonly is_live: boolean }>({
    name: 'delete-challenge',
    text: `delete from passkey_challenges where id = $1
           returning id, purpose, challenge, user_id, token_hash, user_handle, expires_at > now() as is_live`,
    values: [id],
  })
  const [row] = rows
  const isTheirs =
    row?.is_live &&
    row.purpose === owner.purpose &&
    row.user_id === (owner.userId ?? null) &&
    row.token_hash === (owner.tokenHash ?? null)
  if (isTheirs) return row
  throw challengeInvalid('The challenge is unknown, used, older than five minutes, or not yours')
}

/** Returns the 400 of an answer without a matching challenge. */
export function challengeInvalid(what: string): Error {
  return apiError('passkey_challenge_invalid', `${what}. Ask for new options and start again.`)
}

/** Returns the 400 of a mailed or printed link that is no longer valid. */
export function linkInvalid(what: 'sign-up link' | 'recovery link' | 'setup link'): Error {
  return apiError('passkey_token_invalid', `This ${what} is unknown, used or expired; ask for a new one.`)
}
