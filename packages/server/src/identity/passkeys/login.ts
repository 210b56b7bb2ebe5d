import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { apiError, type Body, type Client } from '../../platform/http/index.ts'
import { queueMail } from '../../platform/mail/queue-mail.ts'
import { getAccount, lockUser } from '../accounts/store.ts'
import type { SignInServices } from '../services.ts'
import { type StartedSession, startSession } from '../sessions/start-session.ts'
import { newChallenge, takeChallenge } from '../webauthn/challenges.ts'
import { requestOptions } from '../webauthn/options.ts'
import { relyingParty } from '../webauthn/relying-party.ts'
import { assertionFailed, credentialIdOf, verifyAssertion } from '../webauthn/verify-assertion.ts'
import { findPasskey, lockPasskey, notePasskeyUse, type PasskeyToCheck } from './login-store.ts'
import { askedNow, passkeyLockedMail } from './mails.ts'

interface SignInRequest {
  readonly actor: Actor
  readonly client: Client
  readonly isCookie: boolean
}

/** Options for a sign-in of whoever holds a passkey of this server. */
export async function loginOptions({ pool, settings }: SignInServices) {
  return requestOptions(relyingParty(settings), await newChallenge(pool, { purpose: 'login' }))
}

/** Signs in with a passkey. One whose counter goes back is locked, and its owner told. */
export async function finishLogin(
  services: SignInServices,
  request: SignInRequest,
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
  const session = await transaction(pool, async (client) => {
    await lockUser(client, passkey.user_id)
    if (!(await notePasskeyUse(client, passkey.id, counter))) return null
    const { isCookie } = request
    return startSession(client, {
      ...{ userId: passkey.user_id, kind: 'web', isCookie, client: request.client, passkeyId: passkey.id },
    })
  })
  if (session !== null) return session
  await lock(services, request, passkey)
  throw passkeyLocked()
}

/** In a transaction of its own: the refusal must not undo it. */
async function lock(
  { pool, settings }: SignInServices,
  request: SignInRequest,
  passkey: PasskeyToCheck,
): Promise<void> {
  await transaction(pool, async (client) => {
    await lockUser(client, passkey.user_id)
    if (!(await lockPasskey(client, passkey.id))) return
    const details = { nickname: passkey.nickname }
    await recordAudit(client, request.actor, {
      ...{ organizationId: null, action: 'passkey.locked', subject: passkey.id, details },
    })
    const { email } = await getAccount(client, passkey.user_id)
    await queueMail(client, passkeyLockedMail(settings.publicUrl, email, passkey.nickname, askedNow(request.client)))
  })
}

function passkeyLocked(): Error {
  return assertionFailed('it is locked: its signature counter went backwards, so there may be a copy of it')
}
