import { recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { ApiError, apiError } from '../../platform/http/index.ts'
import { readEmailAddress } from '../../platform/names/email-address.ts'
import { createAccount } from '../accounts/create-account.ts'
import { findUserByEmail } from '../accounts/store.ts'
import { type StartedSession, startSession } from '../sessions/start-session.ts'
import type { IdentityProviderName, ProvedIdentity } from './identity-provider.ts'
import { touchIdentity } from './identity-store.ts'
import { addIdentity, type LinkRequest, tellOfIdentity } from './link-identity.ts'
import { providerTitles } from './mails.ts'
import type { OAuthServices } from './services.ts'

const longestName = 255

export interface SignIn extends Omit<LinkRequest, 'publicUrl'> {
  readonly isCookie: boolean
}

/**
 * Signs in whoever has proved to have an account at a provider. One that nobody has linked is linked to the user with its verified address, who is told, or
 * gets an account of its own. Throws 403 `oauth_email_unverified`, 503 `signup_cap_reached`, 500 `signup_failed`.
 */
export async function signInWithIdentity(
  { pool, settings }: Pick<OAuthServices, 'pool' | 'settings'>,
  { actor, client: from, isCookie }: SignIn,
  provider: IdentityProviderName,
  identity: ProvedIdentity,
): Promise<{ readonly userId: string; readonly session: StartedSession }> {
  const request = { actor, client: from, publicUrl: settings.publicUrl }
  return transaction(pool, async (client) => {
    const userId =
      (await touchIdentity(client, provider, identity)) ??
      (await adopt(client, request, settings.signupCap, provider, identity))
    const session = await startSession(client, {
      ...{ userId, kind: 'web', isCookie, client: from, identityProvider: provider },
    })
    return { userId, session }
  })
}

/** Finds or makes the user of an account that nobody has linked. */
async function adopt(
  client: Database,
  request: LinkRequest,
  signupCap: number | null,
  provider: IdentityProviderName,
  identity: ProvedIdentity,
): Promise<string> {
  const email = identity.email === null ? undefined : readEmailAddress(identity.email)
  if (email === undefined)
    throw apiError(
      'oauth_email_unverified',
      `${providerTitles[provider]} has no verified address for this account. Verify your primary address there, or sign in another way and link the account.`,
    )
  const known = await findUserByEmail(client, email)
  const userId = known ?? (await signUp(client, request, signupCap, email, identity))
  if (await addIdentity(client, request, userId, provider, identity)) {
    if (known !== undefined) await tellOfIdentity(client, request, userId, provider, identity)
    return userId
  }
  // Another request with the same account was faster.
  const owner = await touchIdentity(client, provider, identity)
  if (owner === undefined) throw signupFailed('the account was unlinked in the meantime')
  return owner
}

async function signUp(
  client: Database,
  request: LinkRequest,
  signupCap: number | null,
  email: string,
  identity: ProvedIdentity,
): Promise<string> {
  const made = await createAccount(client, { email, name: nameOf(identity, email), signupCap }).catch(
    (cause: unknown) => {
      throw cause instanceof ApiError ? cause : signupFailed('of an internal error', cause)
    },
  )
  if (made !== 'taken') {
    const actor = { ...request.actor, userId: made.userId }
    await recordAudit(client, actor, { organizationId: null, action: 'account.created', subject: made.userId })
    return made.userId
  }
  const userId = await findUserByEmail(client, email)
  if (userId === undefined) throw signupFailed('its address was briefly in use')
  return userId
}

function nameOf({ name }: ProvedIdentity, email: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const shown = (name ?? '').replace(/[\u0000-\u001f\u007f]+/g, ' ').trim()
  return Array.from(shown || email.slice(0, email.lastIndexOf('@')))
    .slice(0, longestName)
    .join('')
}

function signupFailed(why: string, cause?: unknown): Error {
  return apiError('signup_failed', `The account could not be created, because ${why}. Try again.`, { cause })
}
