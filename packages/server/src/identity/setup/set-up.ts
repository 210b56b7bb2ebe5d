/** Setup by an operator's link: creates the first administrator, or lets an existing one in. */
import { randomBytes } from 'node:crypto'
import { createOrganizationOf } from '../../organizations/index.ts'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import { apiError, type Body, type Handlers, operation } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { slugOf } from '../../platform/names/slug.ts'
import { createAccount, type Person, readPerson } from '../accounts/create-account.ts'
import { getAccount } from '../accounts/store.ts'
import { addPasskey, beginEnrollment, notifyOfPasskey, readNickname } from '../passkeys/enroll.ts'
import type { SignInServices } from '../services.ts'
import { beginSignIn, type SignedIn, type SignInRequest, signIn } from '../sessions/sign-in.ts'
import { startSession } from '../sessions/start-session.ts'
import { linkInvalid, newChallenge, takeChallenge } from '../webauthn/challenges.ts'
import { creationOptions } from '../webauthn/options.ts'
import { canHavePasskeys, relyingParty } from '../webauthn/relying-party.ts'
import { type AttestedPasskey, registrationFailed, verifyAttestation } from '../webauthn/verify-attestation.ts'
import { findSetupLink, needsSetup, removeSetupLinksOf, type SetupLink, takeSetupTurn } from './setup-link.ts'

/** The setup of a server, by the operator's one-time link. */
export function setupRoutes(
  services: SignInServices,
): Pick<Handlers, 'setupInspect' | 'setupOptions' | 'setupComplete'> {
  return {
    setupInspect: operation('setupInspect', (context) => beginSignIn(services, context, inspectSetup)),
    setupOptions: operation('setupOptions', (context) => beginSignIn(services, context, setupOptions)),
    setupComplete: operation('setupComplete', (context) => signIn(services, context, completeSetup)),
  }
}

/** Returns the purpose of a link, which stays valid. Throws 400. */
async function inspectSetup({ pool }: SignInServices, { setup_token }: Body<'setupInspect'>) {
  const { user_id } = await requireSetupLink(pool, hashToken(setup_token))
  if (user_id === null) return { kind: 'new', email: null } as const
  return { kind: 'existing', email: (await getAccount(pool, user_id)).email } as const
}

/** Returns the options for the administrator's passkey. Throws 400 and 422. */
async function setupOptions({ pool, settings }: SignInServices, body: Body<'setupOptions'>) {
  const tokenHash = hashToken(body.setup_token)
  const { user_id } = await requireSetupLink(pool, tokenHash)
  const rp = relyingParty(settings)
  const owner = { purpose: 'setup', tokenHash } as const
  if (user_id !== null) return beginEnrollment(pool, rp, user_id, owner, (all) => all)
  const userHandle = randomBytes(32)
  const person = readPerson(body)
  const challenge = await newChallenge(pool, { ...owner, userHandle })
  return creationOptions(rp, challenge, { ...person, userHandle, exclude: [] })
}

/** Completes the setup and signs in. A failure leaves the link valid. */
async function completeSetup(
  services: SignInServices,
  request: SignInRequest,
  body: Body<'setupComplete'>,
): Promise<SignedIn> {
  const { pool, settings } = services
  const tokenHash = hashToken(body.setup_token)
  const { user_id } = await requireSetupLink(pool, tokenHash)
  const administrator = user_id ?? readAdministrator(body)
  const made = await attestedPasskey(services, tokenHash, body)
  if (user_id === null && made === null && canHavePasskeys(settings)) throw passkeyMissing()
  return transaction(pool, async (client) => {
    await takeSetupTurn(client)
    await requireSetupLink(client, tokenHash)
    await removeSetupLinksOf(client, user_id)
    const userId =
      typeof administrator === 'string'
        ? administrator
        : await createAdministrator(client, request.actor, administrator)
    const actor = { ...request.actor, userId }
    const passkey = made === null ? null : await enroll(client, { userId, ...made })
    if (passkey !== null && user_id !== null)
      await notifyOfPasskey(client, settings.publicUrl, { actor, userId, passkey })
    const details = { kind: user_id === null ? 'new' : 'existing' }
    await recordAudit(client, actor, { organizationId: null, action: 'setup.completed', subject: userId, details })
    const { isCookie } = request
    const start = { userId, kind: 'web', isCookie, client: actor, passkeyId: passkey?.id ?? null } as const
    return { userId, session: await startSession(client, start) }
  })
}

/**
 * Throws 400 for a link that is unknown, used or expired, and for one that would create the first
 * administrator although there already is one.
 */
async function requireSetupLink(database: Database, tokenHash: string): Promise<SetupLink> {
  const link = await findSetupLink(database, tokenHash)
  if (link === undefined || (link.user_id === null && !(await needsSetup(database)))) throw linkInvalid('setup link')
  return link
}

interface Administrator extends Person {
  /** The name of a further organization besides the personal one; null: none. */
  readonly organizationName: string | null
}

function readAdministrator(body: Body<'setupComplete'>): Administrator {
  const person = readPerson(body)
  const organizationName = body.organization_name?.trim() || null
  const errors = new FieldErrors()
  if (organizationName !== null) {
    errors.length('organization_name', organizationName, 1, 255)
    if (slugOf(organizationName, 63) === '')
      errors.add('organization_name', 'must contain a letter or digit that can be part of a URL (a-z, 0-9)')
  }
  errors.throwIfAny('organization_invalid')
  return { ...person, organizationName }
}

interface NewPasskey {
  readonly attested: AttestedPasskey
  readonly userHandle: Buffer | null
}

/** Verifies the passkey of the request. Returns null if it has none. */
async function attestedPasskey(
  { pool, settings }: SignInServices,
  tokenHash: string,
  { challenge_id, attestation }: Body<'setupComplete'>,
): Promise<NewPasskey | null> {
  if (challenge_id == null || attestation == null) return null
  const { challenge, user_handle } = await takeChallenge(pool, challenge_id, { purpose: 'setup', tokenHash })
  return {
    attested: await verifyAttestation(relyingParty(settings), challenge, attestation),
    userHandle: user_handle,
  }
}

/** Creates the first administrator, regardless of the limit of users. Returns their id. */
async function createAdministrator(client: Database, actor: Actor, administrator: Administrator): Promise<string> {
  const account = await createAccount(client, actor, { ...administrator, signupCap: null })
  if (account === 'taken')
    throw apiError('passkey_signup_email_taken', 'This address already has an account; choose another one.')
  const { userId } = account
  const name = administrator.organizationName
  if (name !== null) await createOrganizationOf(client, { ...actor, userId }, userId, { name, url: null })
  return userId
}

async function enroll(client: Database, { userId, attested, userHandle }: NewPasskey & { readonly userId: string }) {
  const passkey = await addPasskey(client, { userId, attested, nickname: readNickname(null), userHandle })
  if (passkey === undefined) throw registrationFailed('it is already registered')
  return passkey
}

/**
 * Returns the 422 of a setup without a passkey, although browsers support passkeys at this server.
 */
function passkeyMissing(): Error {
  const message = 'must be the passkey of the first administrator, with its `challenge_id`'
  return apiError('request_invalid', `\`attestation\` ${message}.`, { errors: [{ field: 'attestation', message }] })
}
