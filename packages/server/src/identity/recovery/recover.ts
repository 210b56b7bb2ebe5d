import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import type { Body, Client } from '../../platform/http/index.ts'
import { queueMail } from '../../platform/mail/queue-mail.ts'
import { getAccount, lockUser } from '../accounts/store.ts'
import { addPasskey } from '../passkeys/add-passkey.ts'
import { beginEnrollment } from '../passkeys/begin-enrollment.ts'
import { linkInvalid } from '../passkeys/link-invalid.ts'
import { askedNow } from '../passkeys/mails.ts'
import { readNickname } from '../passkeys/nickname.ts'
import { removePasskeysOf } from '../passkeys/store.ts'
import type { SignInServices } from '../services.ts'
import { type StartedSession, startSession } from '../sessions/start-session.ts'
import { deleteSessionsOf } from '../sessions/store.ts'
import { takeChallenge } from '../webauthn/challenges.ts'
import { relyingParty } from '../webauthn/relying-party.ts'
import { type AttestedPasskey, registrationFailed, verifyAttestation } from '../webauthn/verify-attestation.ts'
import { recoveredMail } from './mails.ts'
import {
  consumeRecoveryLinks,
  countCredentials,
  findRecoveryLink,
  removeCliLoginsOf,
  removeKeysOf,
  tryRecoveryLink,
} from './store.ts'

/** Options for the new passkey. None is excluded: the authenticator at hand may hold one that is locked or was lost here. */
export async function recoverOptions({ pool, settings }: SignInServices, body: Body<'recoverOptions'>) {
  const tokenHash = hashToken(body.magic_link_token)
  const userId = await findRecoveryLink(pool, tokenHash)
  if (userId === undefined) throw linkInvalid('recovery link')
  return beginEnrollment(pool, relyingParty(settings), userId, { purpose: 'recover', tokenHash }, () => [])
}

interface RecoveryRequest {
  readonly actor: Actor
  readonly client: Client
  readonly isCookie: boolean
}

/** Lets the holder of a link in with a new passkey, and everybody else out. A failure costs the challenge and one of the link's five tries. */
export async function finishRecovery(
  { pool, settings }: SignInServices,
  request: RecoveryRequest,
  body: Body<'recoverFinalize'>,
): Promise<{ readonly userId: string; readonly session: StartedSession }> {
  const tokenHash = hashToken(body.magic_link_token)
  const challenge = await takeChallenge(pool, body.challenge_id, { purpose: 'recover', tokenHash })
  const userId = await tryRecoveryLink(pool, tokenHash)
  if (userId === undefined) throw linkInvalid('recovery link')
  const attested = await verifyAttestation(relyingParty(settings), challenge.challenge, body.attestation)
  const actor = { ...request.actor, userId }
  return transaction(pool, async (client) => {
    await lockUser(client, userId)
    if (!(await consumeRecoveryLinks(client, tokenHash, userId))) throw linkInvalid('recovery link')
    const passkeyId = await replaceCredentials(client, actor, attested, body.revoke ?? [])
    const { email } = await getAccount(client, userId)
    const left = await countCredentials(client, userId)
    const kept = { ...left, passkeys: left.passkeys - 1 }
    await queueMail(client, recoveredMail(settings.publicUrl, email, kept, askedNow(request.client)))
    const { isCookie } = request
    const session = await startSession(client, { userId, kind: 'web', isCookie, client: request.client, passkeyId })
    return { userId, session }
  })
}

type Revoked = NonNullable<Body<'recoverFinalize'>['revoke']>

/** Gives the id of the new passkey. */
async function replaceCredentials(
  client: Database,
  actor: Actor & { readonly userId: string },
  attested: AttestedPasskey,
  revoke: Revoked,
): Promise<string> {
  const { userId } = actor
  const passkeys = revoke.includes('passkeys') ? await removePasskeysOf(client, userId) : 0
  const keys = revoke.includes('api_tokens') ? await removeKeysOf(client, userId) : 0
  const sessions = await deleteSessionsOf(client, userId, null)
  await removeCliLoginsOf(client, userId)
  const nickname = readNickname(null)
  const passkey = await addPasskey(client, { userId, attested, nickname, userHandle: null })
  if (passkey === undefined) throw registrationFailed('it is already registered')
  const details = { passkey: passkey.id, removed: { passkeys, api_tokens: keys, sessions } }
  await recordAudit(client, actor, { organizationId: null, action: 'account.recovered', subject: userId, details })
  return passkey.id
}
