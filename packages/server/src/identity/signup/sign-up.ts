/** Sign-up with a passkey: an address is verified by mail, then its holder creates the account. */
import { randomBytes } from 'node:crypto'
import { transaction } from '../../platform/database/transaction.ts'
import { hashToken, newToken } from '../../platform/encryption/token.ts'
import { apiError, type Body, type Client, type Handlers, operation } from '../../platform/http/index.ts'
import { mailTransport } from '../../platform/mail/mail-transport.ts'
import {
  type AskedBy,
  askedNow,
  type LinkMail,
  type Mail,
  queueMail,
  queueSecretMail,
} from '../../platform/mail/queue-mail.ts'
import { translateFault } from '../../platform/translate-fault.ts'
import { createAccount, type Person, readPerson, signupCapReached } from '../accounts/create-account.ts'
import { countUsers, findUserByEmail } from '../accounts/store.ts'
import { addPasskey, readNickname } from '../passkeys/enroll.ts'
import type { MailingServices, SignInServices } from '../services.ts'
import { beginSignIn, type SignedIn, type SignInRequest, signIn } from '../sessions/sign-in.ts'
import { startSession } from '../sessions/start-session.ts'
import { linkInvalid, newChallenge, takeChallenge } from '../webauthn/challenges.ts'
import { creationOptions } from '../webauthn/options.ts'
import { relyingParty } from '../webauthn/relying-party.ts'
import { registrationFailed, verifyAttestation } from '../webauthn/verify-attestation.ts'
import { consumeVerification, findVerification, insertVerification, queueSignup } from './store.ts'

/** Signing up with a passkey. */
export function signupRoutes(
  services: SignInServices,
): Pick<Handlers, 'passkeySignupBegin' | 'passkeySignupOptions' | 'passkeySignupFinalize'> {
  return {
    passkeySignupBegin: operation('passkeySignupBegin', async ({ client, body }) => {
      await beginSignup(services, client, body)
      return { status: 204 }
    }),
    passkeySignupOptions: operation('passkeySignupOptions', (context) => beginSignIn(services, context, signupOptions)),
    passkeySignupFinalize: operation('passkeySignupFinalize', (context) => signIn(services, context, finishSignup)),
  }
}

/** Queues a verification mail. The response does not reveal whether the address has an account. */
async function beginSignup(
  { pool, settings, limiter }: SignInServices,
  client: Client,
  body: Body<'passkeySignupBegin'>,
): Promise<void> {
  await limiter.take('mail_begin_address', client.address)
  const person = readPerson(body)
  if (mailTransport(settings) === 'none')
    throw apiError('email_unconfigured', 'This server cannot send mail: its operator must set HARMONT_SMTP_URL.')
  if (settings.signupCap !== null && (await countUsers(pool)) >= settings.signupCap) throw signupCapReached()
  if (!(await limiter.allows('mail_begin_mail', person.email))) return
  await queueSignup(pool, person, askedNow(client)).catch((error: unknown) => {
    const message = 'Could not queue the mail; try again, and tell the operator of this server if it fails again.'
    throw translateFault(error) ?? apiError('passkey_email_send_failed', message, { cause: error })
  })
}

/** Mails a link to a new address, or a notice to one that has an account. Runs in the worker. */
export async function mailSignup(
  { pool, settings: { publicUrl }, sealer }: MailingServices,
  { email, name }: Person,
  askedBy: AskedBy,
): Promise<void> {
  await transaction(pool, async (client) => {
    if ((await findUserByEmail(client, email)) !== undefined)
      return queueMail(client, accountExistsMail(publicUrl, email, askedBy))
    const token = newToken()
    await insertVerification(client, hashToken(token), { email, name })
    await queueSecretMail(client, sealer, verificationMail(publicUrl, email, token, askedBy))
  })
}

/** Returns the options for the passkey of a new account. The link stays valid. */
async function signupOptions({ pool, settings }: SignInServices, body: Body<'passkeySignupOptions'>) {
  const tokenHash = hashToken(body.verification_token)
  const person = await findVerification(pool, tokenHash)
  if (person === undefined) throw linkInvalid('sign-up link')
  const userHandle = randomBytes(32)
  const challenge = await newChallenge(pool, { purpose: 'signup', tokenHash, userHandle })
  return creationOptions(relyingParty(settings), challenge, { ...person, userHandle, exclude: [] })
}

/** Creates the account with its passkey, and signs in. A failure leaves the link valid. */
async function finishSignup(
  { pool, settings }: SignInServices,
  { actor, isCookie }: SignInRequest,
  body: Body<'passkeySignupFinalize'>,
): Promise<SignedIn> {
  const tokenHash = hashToken(body.verification_token)
  const { challenge, user_handle } = await takeChallenge(pool, body.challenge_id, { purpose: 'signup', tokenHash })
  const attested = await verifyAttestation(relyingParty(settings), challenge, body.attestation)
  return transaction(pool, async (client) => {
    const person = await consumeVerification(client, tokenHash)
    if (person === undefined) throw linkInvalid('sign-up link')
    const account = await createAccount(client, actor, { ...person, signupCap: settings.signupCap })
    if (account === 'taken')
      throw apiError(
        'passkey_signup_email_taken',
        'An account with this address was created after the mail was sent. Sign in instead, or recover the account.',
      )
    const { userId } = account
    const nickname = readNickname(null)
    const passkey = await addPasskey(client, { userId, attested, nickname, userHandle: user_handle })
    if (passkey === undefined) throw registrationFailed('it is registered to another account')
    const start = { userId, kind: 'web', isCookie, client: actor, passkeyId: passkey.id } as const
    return { userId, session: await startSession(client, start) }
  })
}

function verificationMail(publicUrl: string, to: string, token: string, askedBy: AskedBy): LinkMail {
  return {
    to,
    subject: 'Finish signing up for Harmont',
    paragraphs: [
      'Someone asked to create a Harmont account with this address. Open the link to create a passkey for it.',
    ],
    link: {
      url: `${publicUrl}/register/verify?token=${token}`,
      label: 'Finish signing up',
      lifetime: 'for 24 hours and only once',
    },
    askedBy,
    otherwise: 'If this was not you, do nothing: no account is created without the link.',
  }
}

function accountExistsMail(publicUrl: string, to: string, askedBy: AskedBy): Mail {
  return {
    to,
    subject: 'You already have a Harmont account',
    paragraphs: [
      'Someone asked to create a Harmont account with this address, which already has one. Sign in with it; the sign-in page also helps if you lost your passkey.',
    ],
    link: { url: `${publicUrl}/login`, label: 'Sign in', lifetime: null },
    askedBy,
    otherwise: 'If this was not you, do nothing: your account is unchanged.',
  }
}
