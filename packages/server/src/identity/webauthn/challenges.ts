import { randomBytes, randomUUID } from 'node:crypto'
import type { Database } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'
import { type ChallengeRow, deleteChallenge, insertChallenge, type Purpose } from '../passkeys/challenge-store.ts'

/** Whose a challenge is: a user's, that of the holder of a mailed token, or for a sign-in anybody's. */
export interface ChallengeOwner {
  readonly purpose: Purpose
  readonly userId?: string
  readonly tokenHash?: string
}

export interface NewChallenge {
  readonly id: string
  readonly challenge: Buffer
}

/** Makes a challenge that can be answered once, within five minutes, by its owner. `userHandle`: for whom the new passkey is made. */
export async function newChallenge(
  database: Database,
  { userHandle, ...owner }: ChallengeOwner & { readonly userHandle?: Buffer },
): Promise<NewChallenge> {
  const made = { id: randomUUID(), challenge: randomBytes(32) }
  await insertChallenge(database, {
    ...made,
    purpose: owner.purpose,
    user_id: owner.userId ?? null,
    token_hash: owner.tokenHash ?? null,
    user_handle: userHandle ?? null,
  })
  return made
}

/**
 * Takes a challenge, so that nobody can answer it again, whatever becomes of this answer. `pool`, never a transaction that may be rolled back. Throws 400
 * when there is none, or when it is another owner's.
 */
export async function takeChallenge(pool: Database, id: string, owner: ChallengeOwner): Promise<ChallengeRow> {
  const row = await deleteChallenge(pool, id)
  const isTheirs =
    row !== undefined &&
    row.purpose === owner.purpose &&
    row.user_id === (owner.userId ?? null) &&
    row.token_hash === (owner.tokenHash ?? null)
  if (isTheirs) return row
  throw challengeInvalid('The challenge is unknown, used, older than five minutes, or not yours')
}

/** The 400 of an answer that fits no challenge. */
export function challengeInvalid(what: string): Error {
  return apiError('passkey_challenge_invalid', `${what}. Ask for new options and start again.`)
}
