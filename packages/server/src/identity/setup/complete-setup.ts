import { createOrganizationOf } from '../../organizations/index.ts'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import { apiError, type Body, type Client } from '../../platform/http/index.ts'
import { createAccount } from '../accounts/create-account.ts'
import { addPasskey } from '../passkeys/add-passkey.ts'
import { readNickname } from '../passkeys/nickname.ts'
import { tellOfPasskey } from '../passkeys/register.ts'
import type { SignInServices } from '../services.ts'
import { type StartedSession, startSession } from '../sessions/start-session.ts'
import { takeChallenge } from '../webauthn/challenges.ts'
import { canHavePasskeys, relyingParty } from '../webauthn/relying-party.ts'
import { type AttestedPasskey, registrationFailed, verifyAttestation } from '../webauthn/verify-attestation.ts'
import { requireSetupLink } from './begin-setup.ts'
import { type Administrator, readAdministrator } from './setup-input.ts'
import { removeSetupLinksOf, takeSetupTurn } from './store.ts'

interface SetupRequest {
  readonly actor: Actor
  readonly client: Client
  readonly isCookie: boolean
}

type SetupBody = Body<'setupComplete'>

/** Ends the setup: makes the first administrator, or lets one in who exists. Whatever fails here leaves the link. */
export async function completeSetup(
  services: SignInServices,
  request: SetupRequest,
  body: SetupBody,
): Promise<{ readonly userId: string; readonly session: StartedSession }> {
  const { pool, settings } = services
  const tokenHash = hashToken(body.setup_token)
  const { user_id } = await requireSetupLink(pool, tokenHash)
  const wish = user_id === null ? readAdministrator(body) : user_id
  const made = await attestedPasskey(services, tokenHash, body)
  if (user_id === null && made === null && canHavePasskeys(settings)) demandPasskey()
  return transaction(pool, async (client) => {
    await takeSetupTurn(client)
    await requireSetupLink(client, tokenHash)
    await removeSetupLinksOf(client, user_id)
    const userId = typeof wish === 'string' ? wish : await createAdministrator(client, request.actor, wish)
    const actor = { ...request.actor, userId }
    const passkey = made === null ? null : await enroll(client, { userId, ...made })
    if (passkey !== null && user_id !== null)
      await tellOfPasskey(client, settings.publicUrl, { ...request, actor, userId, passkey })
    const details = { kind: user_id === null ? 'new' : 'existing' }
    await recordAudit(client, actor, { organizationId: null, action: 'setup.completed', subject: userId, details })
    const session = await startSession(client, {
      ...{ userId, kind: 'web', isCookie: request.isCookie, client: request.client },
      ...(passkey === null ? {} : { passkeyId: passkey.id }),
    })
    return { userId, session }
  })
}

interface Made {
  readonly attested: AttestedPasskey
  readonly userHandle: Buffer | null
}

/** null: none was sent. */
async function attestedPasskey(
  { pool, settings }: SignInServices,
  tokenHash: string,
  { challenge_id, attestation }: SetupBody,
): Promise<Made | null> {
  if (challenge_id == null || attestation == null) return null
  const { challenge, user_handle } = await takeChallenge(pool, challenge_id, { purpose: 'setup', tokenHash })
  return {
    attested: await verifyAttestation(relyingParty(settings), challenge, attestation),
    userHandle: user_handle,
  }
}

/** Gives the id of the new user, who is never one too many. */
async function createAdministrator(client: Database, asking: Actor, wish: Administrator): Promise<string> {
  const account = await createAccount(client, { ...wish, signupCap: null })
  if (account === 'taken')
    throw apiError('passkey_signup_email_taken', 'This address already has an account; choose another one.')
  const { userId } = account
  const actor = { ...asking, userId }
  await recordAudit(client, actor, { organizationId: null, action: 'account.created', subject: userId })
  if (wish.organizationName !== null)
    await createOrganizationOf(client, actor, userId, { name: wish.organizationName, url: null })
  return userId
}

async function enroll(client: Database, { userId, attested, userHandle }: Made & { readonly userId: string }) {
  const passkey = await addPasskey(client, { userId, attested, nickname: readNickname(null), userHandle })
  if (passkey === undefined) throw registrationFailed('it is already registered')
  return passkey
}

/** Throws the 422 of a setup without a passkey, where there can be one. */
function demandPasskey(): never {
  const message = 'must be the passkey of the first administrator, with its `challenge_id`'
  throw apiError('request_invalid', `\`attestation\` ${message}.`, { errors: [{ field: 'attestation', message }] })
}
