/** Adds, renames and removes passkeys of a signed-in user. */
import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { apiError, type Body } from '../../platform/http/index.ts'
import { hasWayIn, lockUser } from '../accounts/store.ts'
import type { SignInServices } from '../services.ts'
import { takeChallenge } from '../webauthn/challenges.ts'
import { relyingParty } from '../webauthn/relying-party.ts'
import { verifyAttestation } from '../webauthn/verify-attestation.ts'
import { addPasskey, beginEnrollment, notifyOfPasskey, readNickname } from './enroll.ts'
import { countPasskeysOf, type PasskeyRow, removePasskey, setNickname } from './store.ts'

const mostPasskeys = 20

/** Returns the options for an additional passkey of a user. */
export async function registerOptions({ pool, settings }: SignInServices, userId: string) {
  return beginEnrollment(pool, relyingParty(settings), userId, { purpose: 'register', userId }, (all) => {
    if (all.length >= mostPasskeys) throw limitReached()
    return all
  })
}

/** Adds a passkey to a user's account and notifies them by mail. */
export async function finishRegister(
  { pool, settings }: SignInServices,
  request: { readonly actor: Actor; readonly userId: string },
  body: Body<'passkeyRegisterFinalize'>,
): Promise<PasskeyRow> {
  const { userId } = request
  const nickname = readNickname(body.nickname ?? null)
  const challenge = await takeChallenge(pool, body.challenge_id, { purpose: 'register', userId })
  const attested = await verifyAttestation(relyingParty(settings), challenge.challenge, body.attestation)
  return transaction(pool, async (client) => {
    await lockUser(client, userId)
    if ((await countPasskeysOf(client, userId)) >= mostPasskeys) throw limitReached()
    const passkey = await addPasskey(client, { userId, attested, nickname, userHandle: challenge.user_handle })
    if (passkey === undefined)
      throw apiError('passkey_already_registered', 'This passkey is already registered; use another authenticator.')
    await notifyOfPasskey(client, settings.publicUrl, { ...request, passkey })
    return passkey
  })
}

/**
 * Removes a passkey and the sessions that were started with it. Throws 404 for an unknown passkey,
 * and 409 if the user could no longer sign in.
 */
export async function deletePasskey(pool: pg.Pool, actor: Actor, userId: string, id: string): Promise<void> {
  await transaction(pool, async (client) => {
    await lockUser(client, userId)
    const details = await removePasskey(client, userId, id)
    if (details === undefined) throw passkeyNotFound()
    if (!(await hasWayIn(client, userId)))
      throw apiError(
        'passkey_last_credential',
        'Without this passkey you could no longer sign in. Add another one or link an account first.',
      )
    await recordAudit(client, actor, { organizationId: null, action: 'passkey.deleted', subject: id, details })
  })
}

/** Renames a passkey. Throws 404 for an unknown passkey and 422 for an invalid name. */
export async function renamePasskey(
  pool: pg.Pool,
  actor: Actor,
  userId: string,
  { id, ...given }: { readonly id: string; readonly nickname: string | null },
): Promise<PasskeyRow> {
  const nickname = readNickname(given.nickname)
  return transaction(pool, async (client) => {
    const row = await setNickname(client, userId, id, nickname)
    if (row === undefined) throw passkeyNotFound()
    const event = { organizationId: null, action: 'passkey.renamed', subject: id, details: { nickname } }
    await recordAudit(client, actor, event)
    return row
  })
}

function limitReached(): Error {
  return apiError('passkey_limit_reached', `You already have ${mostPasskeys} passkeys; remove one first.`)
}

function passkeyNotFound(): Error {
  return apiError('passkey_not_found', 'You have no passkey with this id.')
}
