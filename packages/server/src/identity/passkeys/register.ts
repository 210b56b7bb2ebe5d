import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { apiError, type Body, type Client } from '../../platform/http/index.ts'
import { queueMail } from '../../platform/mail/queue-mail.ts'
import { getAccount, lockUser } from '../accounts/store.ts'
import type { SignInServices } from '../services.ts'
import { takeChallenge } from '../webauthn/challenges.ts'
import { relyingParty } from '../webauthn/relying-party.ts'
import { verifyAttestation } from '../webauthn/verify-attestation.ts'
import { addPasskey } from './add-passkey.ts'
import { beginEnrollment } from './begin-enrollment.ts'
import { askedNow, passkeyAddedMail } from './mails.ts'
import { readNickname } from './nickname.ts'
import { countPasskeysOf, type PasskeyRow } from './store.ts'

const mostPasskeys = 20

/** Options for one more passkey of a user. */
export async function registerOptions({ pool, settings }: SignInServices, userId: string) {
  return beginEnrollment(pool, relyingParty(settings), userId, { purpose: 'register', userId }, (all) => {
    if (all.length >= mostPasskeys) throw limitReached()
    return all
  })
}

/** Adds a passkey to the user's and tells them by mail. */
export async function finishRegister(
  { pool, settings }: SignInServices,
  request: { readonly actor: Actor; readonly client: Client; readonly userId: string },
  body: Body<'passkeyRegisterFinalize'>,
): Promise<PasskeyRow> {
  const { userId, actor } = request
  const nickname = readNickname(body.nickname ?? null)
  const challenge = await takeChallenge(pool, body.challenge_id, { purpose: 'register', userId })
  const attested = await verifyAttestation(relyingParty(settings), challenge.challenge, body.attestation)
  return transaction(pool, async (client) => {
    await lockUser(client, userId)
    if ((await countPasskeysOf(client, userId)) >= mostPasskeys) throw limitReached()
    const passkey = await addPasskey(client, { userId, attested, nickname, userHandle: challenge.user_handle })
    if (passkey === undefined)
      throw apiError('passkey_already_registered', 'This passkey is already registered; use another authenticator.')
    await tellOfPasskey(client, settings.publicUrl, { ...request, passkey, actor })
    return passkey
  })
}

interface News {
  readonly actor: Actor
  readonly client: Client
  readonly userId: string
  readonly passkey: PasskeyRow
}

/** Writes down that a user got a passkey, and mails them. */
export async function tellOfPasskey(database: Database, publicUrl: string, news: News): Promise<void> {
  const { nickname, id } = news.passkey
  await recordAudit(database, news.actor, {
    ...{ organizationId: null, action: 'passkey.added', subject: id, details: { nickname } },
  })
  const { email } = await getAccount(database, news.userId)
  await queueMail(database, passkeyAddedMail(publicUrl, email, nickname, askedNow(news.client)))
}

function limitReached(): Error {
  return apiError('passkey_limit_reached', `You already have ${mostPasskeys} passkeys; remove one first.`)
}
