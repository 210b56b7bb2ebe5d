import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { transaction } from '../../platform/database/transaction.ts'
import { getAccount, lockUser } from '../accounts/store.ts'
import { type ChallengeOwner, newChallenge } from '../webauthn/challenges.ts'
import { creationOptions } from '../webauthn/options.ts'
import type { RelyingParty } from '../webauthn/relying-party.ts'
import { credentialsOf, ensureHandle, type KnownCredential } from './store.ts'

/** Options for one more passkey of a user. `excluded` says with which of theirs an authenticator makes no further one, and may refuse. */
export async function beginEnrollment(
  pool: pg.Pool,
  rp: RelyingParty,
  userId: string,
  owner: ChallengeOwner,
  excluded: (all: readonly KnownCredential[]) => readonly KnownCredential[],
) {
  const { challenge, enrollment } = await transaction(pool, async (client) => {
    // The account cannot go in between.
    await lockUser(client, userId)
    const { email, name } = await getAccount(client, userId)
    const exclude = excluded(await credentialsOf(client, userId))
    const userHandle = await ensureHandle(client, userId, randomBytes(32))
    const challenge = await newChallenge(client, { ...owner, userHandle })
    return { challenge, enrollment: { email, name, userHandle, exclude } }
  })
  return creationOptions(rp, challenge, enrollment)
}
