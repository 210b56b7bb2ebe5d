import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { apiError, type Body } from '../../platform/http/index.ts'
import { type AskedBy, askedNow, type Mail, queueMail } from '../../platform/mail/queue-mail.ts'
import { getAccount, lockUser } from '../accounts/store.ts'
import type { SignInServices } from '../services.ts'
import type { SignInRequest } from '../sessions/sign-in.ts'
import { type StartedSession, startSession } from '../sessions/start-session.ts'
import { newChallenge, takeChallenge } from '../webauthn/challenges.ts'
import { requestOptions } from '../webauthn/options.ts'
import { relyingParty } from '../webauthn/relying-party.ts'
import { assertionFailed, credentialIdOf, verifyAssertion } from '../webauthn/verify-assertion.ts'
import { findPasskey, lockPasskey, notePasskeyUse, type PasskeyToCheck } from './store.ts'

/** Returns the options for a sign-in with any passkey of this server. */
export async function loginOptions({ pool, settings }: SignInServices) {
  return requestOptions(relyingParty(settings), await newChallenge(pool, { purpose: 'login' }))
}

/**
 * Signs in with a passkey. A passkey whose counter goes backwards is locked, and its owner is
 * notified.
 */
export async function finishLogin(
  services: SignInServices,
  { actor, isCookie }: SignInRequest,
  body: Body<'passkeyLoginFinalize'>,
): Promise<StartedSession> {
  const { pool, settings } = services
  const { challenge } = await takeChallenge(pool, body.challenge_id, { purpose: 'login' })
  const passkey = await findPasskey(pool, credentialIdOf(body.assertion))
  if (passkey === undefined)
    throw apiError(
      'passkey_unknown_credential',
      'Unknown passkey: it was removed, or belongs to another server. Use another one, or recover the account.',
    )
  if (passkey.is_locked) throw passkeyLocked()
  const counter = await verifyAssertion(relyingParty(settings), challenge, body.assertion, passkey)
  const { id: passkeyId, user_id: userId } = passkey
  const session = await transaction(pool, async (client) => {
    await lockUser(client, userId)
    if (!(await notePasskeyUse(client, passkeyId, counter))) return null
    return startSession(client, { userId, kind: 'web', isCookie, client: actor, passkeyId })
  })
  if (session !== null) return session
  await lock(services, actor, passkey)
  throw passkeyLocked()
}

/** Locks a passkey in a transaction of its own, which the refusal does not roll back. */
async function lock({ pool, settings }: SignInServices, actor: Actor, passkey: PasskeyToCheck): Promise<void> {
  const { id, nickname, user_id: userId } = passkey
  await transaction(pool, async (client) => {
    await lockUser(client, userId)
    if (!(await lockPasskey(client, id))) return
    const event = { organizationId: null, action: 'passkey.locked', subject: id, details: { nickname } }
    await recordAudit(client, actor, event)
    const { email } = await getAccount(client, userId)
    await queueMail(client, passkeyLockedMail(settings.publicUrl, email, nickname, askedNow(actor)))
  })
}

function passkeyLocked(): Error {
  return assertionFailed('it is locked: its signature counter went backwards, so there may be a copy of it')
}

function passkeyLockedMail(publicUrl: string, to: string, nickname: string, askedBy: AskedBy): Mail {
  return {
    to,
    subject: 'A passkey of your Harmont account was locked',
    paragraphs: [
      `The passkey "${nickname}" was used with a signature counter that went backwards. There may be a copy of it, so it can no longer sign in.`,
      'Sign in with another passkey, or recover the account by mail, and remove the locked one.',
    ],
    link: { url: `${publicUrl}/account/passkeys`, label: 'Your passkeys', lifetime: null },
    askedBy,
    otherwise: 'If this was not you, somebody else has a copy of that passkey: remove it and end all sessions.',
  }
}
