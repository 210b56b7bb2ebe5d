import { randomBytes } from 'node:crypto'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import { apiError, type Body, type Client } from '../../platform/http/index.ts'
import { createAccount } from '../accounts/create-account.ts'
import { addPasskey } from '../passkeys/add-passkey.ts'
import { linkInvalid } from '../passkeys/link-invalid.ts'
import { readNickname } from '../passkeys/nickname.ts'
import type { SignInServices } from '../services.ts'
import { type StartedSession, startSession } from '../sessions/start-session.ts'
import { newChallenge, takeChallenge } from '../webauthn/challenges.ts'
import { creationOptions } from '../webauthn/options.ts'
import { relyingParty } from '../webauthn/relying-party.ts'
import { registrationFailed, verifyAttestation } from '../webauthn/verify-attestation.ts'
import { consumeVerification, findVerification } from './store.ts'

/** Options for the passkey of a new account; nothing is used up. */
export async function signupOptions({ pool, settings }: SignInServices, body: Body<'passkeySignupOptions'>) {
  const tokenHash = hashToken(body.verification_token)
  const verification = await findVerification(pool, tokenHash)
  if (verification === undefined) throw linkInvalid('sign-up link')
  const userHandle = randomBytes(32)
  const challenge = await newChallenge(pool, { purpose: 'signup', tokenHash, userHandle })
  return creationOptions(relyingParty(settings), challenge, { ...verification, userHandle, exclude: [] })
}

/** Makes the account with its passkey and signs in. Whatever fails here costs the challenge only: the link goes on working. */
export async function finishSignup(
  { pool, settings }: SignInServices,
  request: { readonly actor: Actor; readonly client: Client; readonly isCookie: boolean },
  body: Body<'passkeySignupFinalize'>,
): Promise<{ readonly userId: string; readonly session: StartedSession }> {
  const tokenHash = hashToken(body.verification_token)
  const challenge = await takeChallenge(pool, body.challenge_id, { purpose: 'signup', tokenHash })
  const attested = await verifyAttestation(relyingParty(settings), challenge.challenge, body.attestation)
  return transaction(pool, async (client) => {
    const verification = await consumeVerification(client, tokenHash)
    if (verification === undefined) throw linkInvalid('sign-up link')
    const account = await createAccount(client, { ...verification, signupCap: settings.signupCap })
    if (account === 'taken')
      throw apiError(
        'passkey_signup_email_taken',
        'An account with this address was created after the mail was sent. Sign in instead, or recover the account.',
      )
    const { userId } = account
    const passkey = await addPasskey(client, {
      userId,
      attested,
      nickname: readNickname(null),
      userHandle: challenge.user_handle,
    })
    if (passkey === undefined) throw registrationFailed('it is registered to another account')
    const actor = { ...request.actor, userId }
    await recordAudit(client, actor, { organizationId: null, action: 'account.created', subject: userId })
    const { isCookie } = request
    const session = await startSession(client, {
      ...{ userId, kind: 'web', isCookie, client: request.client, passkeyId: passkey.id },
    })
    return { userId, session }
  })
}
