/** Adds a passkey to a user: shared by registration, sign-up, recovery and setup. */
import { randomBytes, randomUUID } from 'node:crypto'
import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { type AskedBy, askedNow, type Mail, queueMail } from '../../platform/mail/queue-mail.ts'
import { getAccount, lockUser } from '../accounts/store.ts'
import { type ChallengeOwner, newChallenge } from '../webauthn/challenges.ts'
import { creationOptions, type KnownCredential } from '../webauthn/options.ts'
import type { RelyingParty } from '../webauthn/relying-party.ts'
import type { AttestedPasskey } from '../webauthn/verify-attestation.ts'
import { credentialsOf, ensureHandle, insertPasskey, type PasskeyRow } from './store.ts'

const defaultNickname = 'Passkey'

/**
 * Returns the options for an additional passkey of a user. An authenticator that holds a credential
 * of `excluded` refuses to create another one.
 */
export async function beginEnrollment(
  pool: pg.Pool,
  rp: RelyingParty,
  userId: string,
  owner: ChallengeOwner,
  excluded: (all: readonly KnownCredential[]) => readonly KnownCredential[],
) {
  const { challenge, enrollment } = await transaction(pool, async (client) => {
    // Prevents the deletion of the account meanwhile.
    await lockUser(client, userId)
    const { email, name } = await getAccount(client, userId)
    const exclude = excluded(await credentialsOf(client, userId))
    const userHandle = await ensureHandle(client, userId, randomBytes(32))
    const challenge = await newChallenge(client, { ...owner, userHandle })
    return { challenge, enrollment: { email, name, userHandle, exclude } }
  })
  return creationOptions(rp, challenge, enrollment)
}

interface NewPasskey {
  readonly userId: string
  readonly attested: AttestedPasskey
  readonly nickname: string
  /** The user handle in the passkey, for a user who has none yet; null: a random one. */
  readonly userHandle: Buffer | null
}

/** Stores a user's new passkey. Returns undefined if it is registered already, for any user. */
export async function addPasskey(
  client: Database,
  { userId, attested, nickname, userHandle }: NewPasskey,
): Promise<PasskeyRow | undefined> {
  await ensureHandle(client, userId, userHandle ?? randomBytes(32))
  return insertPasskey(client, { id: randomUUID(), userId, ...attested, nickname })
}

/** Returns the name under which a passkey is listed: by default `Passkey`. Throws 422. */
export function readNickname(given: string | null): string {
  const nickname = given?.trim() || defaultNickname
  const errors = new FieldErrors()
  errors.length('nickname', nickname, 1, 255)
  if (/\p{Cc}/u.test(nickname)) errors.add('nickname', 'must have no control characters')
  errors.throwIfAny('request_invalid')
  return nickname
}

interface AddedPasskey {
  readonly actor: Actor
  readonly userId: string
  readonly passkey: PasskeyRow
}

/** Records that a user has a new passkey, and notifies them by mail. */
export async function notifyOfPasskey(
  database: Database,
  publicUrl: string,
  { actor, userId, passkey: { id, nickname } }: AddedPasskey,
): Promise<void> {
  const event = { organizationId: null, action: 'passkey.added', subject: id, details: { nickname } }
  await recordAudit(database, actor, event)
  const { email } = await getAccount(database, userId)
  await queueMail(database, passkeyAddedMail(publicUrl, email, nickname, askedNow(actor)))
}

function passkeyAddedMail(publicUrl: string, to: string, nickname: string, askedBy: AskedBy): Mail {
  return {
    to,
    subject: 'A passkey was added to your Harmont account',
    paragraphs: [`The passkey "${nickname}" can now sign in to your account.`],
    link: { url: `${publicUrl}/account/passkeys`, label: 'Your passkeys', lifetime: null },
    askedBy,
    otherwise: 'If this was not you, remove that passkey and end all sessions at once.',
  }
}
