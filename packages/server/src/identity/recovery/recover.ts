/** Account recovery by a mailed link: its holder gets a new passkey, and all sessions end. */
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { hashToken, newToken } from '../../platform/encryption/token.ts'
import { type Body, type Client, type Handlers, operation } from '../../platform/http/index.ts'
import {
  type AskedBy,
  askedNow,
  type LinkMail,
  type Mail,
  queueMail,
  queueSecretMail,
} from '../../platform/mail/queue-mail.ts'
import { readEmailAddress } from '../../platform/names/email-address.ts'
import { findUserByEmail, getAccount, lockUser } from '../accounts/store.ts'
import { addPasskey, beginEnrollment, readNickname } from '../passkeys/enroll.ts'
import { removePasskeysOf } from '../passkeys/store.ts'
import type { MailingServices, SignInServices } from '../services.ts'
import { beginSignIn, type SignedIn, type SignInRequest, signIn } from '../sessions/sign-in.ts'
import { startSession } from '../sessions/start-session.ts'
import { deleteSessionsOf } from '../sessions/store.ts'
import { linkInvalid, takeChallenge } from '../webauthn/challenges.ts'
import { relyingParty } from '../webauthn/relying-party.ts'
import { type AttestedPasskey, registrationFailed, verifyAttestation } from '../webauthn/verify-attestation.ts'
import {
  type Credentials,
  consumeRecoveryLinks,
  countCredentials,
  findRecoveryLink,
  insertRecoveryLink,
  queueRecovery,
  removeCliLoginsOf,
  removeKeysOf,
  tryRecoveryLink,
} from './store.ts'

/** Recovering an account by mail. */
export function recoveryRoutes(
  services: SignInServices,
): Pick<Handlers, 'recoverBegin' | 'recoverOptions' | 'recoverFinalize'> {
  return {
    recoverBegin: operation('recoverBegin', async ({ client, body }) => {
      await beginRecovery(services, client, body)
      return { status: 204 }
    }),
    recoverOptions: operation('recoverOptions', (context) => beginSignIn(services, context, recoverOptions)),
    recoverFinalize: operation('recoverFinalize', (context) => signIn(services, context, finishRecovery)),
  }
}

/** Queues a recovery mail. The response does not reveal whether the address has an account. */
async function beginRecovery(
  { pool, limiter }: SignInServices,
  client: Client,
  body: Body<'recoverBegin'>,
): Promise<void> {
  await limiter.take('mail_begin_address', client.address)
  const email = readEmailAddress(body.email)
  if (email === undefined || !(await limiter.allows('mail_begin_mail', email))) return
  await queueRecovery(pool, email, askedNow(client))
}

/** Mails a link to an address that has an account. Runs in the worker. */
export async function mailRecovery(
  { pool, settings: { publicUrl }, sealer }: MailingServices,
  email: string,
  askedBy: AskedBy,
): Promise<void> {
  await transaction(pool, async (client) => {
    const userId = await findUserByEmail(client, email)
    if (userId === undefined) return
    const token = newToken()
    await insertRecoveryLink(client, hashToken(token), userId)
    await queueSecretMail(client, sealer, recoveryMail(publicUrl, email, token, askedBy))
  })
}

/** Returns the options for the new passkey. The authenticator may already hold one. */
async function recoverOptions({ pool, settings }: SignInServices, body: Body<'recoverOptions'>) {
  const tokenHash = hashToken(body.magic_link_token)
  const userId = await findRecoveryLink(pool, tokenHash)
  if (userId === undefined) throw linkInvalid('recovery link')
  return beginEnrollment(pool, relyingParty(settings), userId, { purpose: 'recover', tokenHash }, () => [])
}

/**
 * Signs in the holder of a link with a new passkey, and ends all other sessions. A failure consumes
 * the challenge and one of the link's five attempts.
 */
async function finishRecovery(
  { pool, settings }: SignInServices,
  request: SignInRequest,
  body: Body<'recoverFinalize'>,
): Promise<SignedIn> {
  const tokenHash = hashToken(body.magic_link_token)
  const { challenge } = await takeChallenge(pool, body.challenge_id, { purpose: 'recover', tokenHash })
  const userId = await tryRecoveryLink(pool, tokenHash)
  if (userId === undefined) throw linkInvalid('recovery link')
  const attested = await verifyAttestation(relyingParty(settings), challenge, body.attestation)
  const actor = { ...request.actor, userId }
  return transaction(pool, async (client) => {
    await lockUser(client, userId)
    if (!(await consumeRecoveryLinks(client, tokenHash, userId))) throw linkInvalid('recovery link')
    const passkeyId = await replaceCredentials(client, actor, attested, body.revoke ?? [])
    const { email } = await getAccount(client, userId)
    const { keys, passkeys } = await countCredentials(client, userId)
    const others = { keys, passkeys: passkeys - 1 }
    await queueMail(client, recoveredMail(settings.publicUrl, email, others, askedNow(actor)))
    const { isCookie } = request
    const session = await startSession(client, { userId, kind: 'web', isCookie, client: actor, passkeyId })
    return { userId, session }
  })
}

/** Returns the id of the new passkey. */
async function replaceCredentials(
  client: Database,
  actor: Actor & { readonly userId: string },
  attested: AttestedPasskey,
  revoke: NonNullable<Body<'recoverFinalize'>['revoke']>,
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

function recoveryMail(publicUrl: string, to: string, token: string, askedBy: AskedBy): LinkMail {
  return {
    to,
    subject: 'Recover your Harmont account',
    paragraphs: [
      'Someone asked to recover your account. Open the link to create a new passkey. This ends all sessions of the account.',
    ],
    link: {
      url: `${publicUrl}/recover/verify?token=${token}`,
      label: 'Recover the account',
      lifetime: 'for 30 minutes and only once',
    },
    askedBy,
    otherwise: 'If this was not you, do nothing: your account is unchanged, and nobody can sign in without this link.',
  }
}

function recoveredMail(publicUrl: string, to: string, others: Credentials, askedBy: AskedBy): Mail {
  const rest = [count(others.passkeys, 'other passkey'), count(others.keys, 'API key')].filter((text) => text !== null)
  return {
    to,
    subject: 'Your Harmont account was recovered',
    paragraphs: [
      'A new passkey was added with a recovery link, and every session and pending CLI login of the account has ended.',
      rest.length === 0
        ? 'The account has no other passkey and no API key.'
        : `Still active: ${rest.join(' and ')}. To remove them, sign in and open your account: passkeys under Passkeys, keys under API keys.`,
    ],
    link: { url: `${publicUrl}/account`, label: 'Your account', lifetime: null },
    askedBy,
    otherwise:
      'If this was not you, somebody else can read your mail: secure your mail account first, then recover this account again.',
  }
}

function count(number: number, what: string): string | null {
  return number === 0 ? null : `${number} ${what}${number === 1 ? '' : 's'}`
}
