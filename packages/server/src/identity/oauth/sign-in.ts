import type { Actor } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { ApiError, apiError } from '../../platform/http/index.ts'
import { readEmailAddress } from '../../platform/names/email-address.ts'
import { createAccount } from '../accounts/create-account.ts'
import { findUserByEmail } from '../accounts/store.ts'
import type { OAuthServices } from '../services.ts'
import type { SignedIn, SignInRequest } from '../sessions/sign-in.ts'
import { startSession } from '../sessions/start-session.ts'
import { type IdentityProviderName, type ProvedIdentity, providerTitles } from './identity-provider.ts'
import { touchIdentity } from './identity-store.ts'
import { addIdentity, type LinkRequest, notifyOfIdentity } from './link-identity.ts'

const longestName = 255

/**
 * Signs in the holder of an account at a provider. An account that is not yet linked is linked to
 * the user with its verified address, who is notified, or to a new user. Throws 403
 * `oauth_email_unverified`, 503 `signup_cap_reached` and 500 `signup_failed`.
 */
export async function signInWithIdentity(
  { pool, settings }: Pick<OAuthServices, 'pool' | 'settings'>,
  { actor, isCookie }: SignInRequest,
  provider: IdentityProviderName,
  identity: ProvedIdentity,
): Promise<SignedIn> {
  const request = { actor, publicUrl: settings.publicUrl }
  return transaction(pool, async (client) => {
    const userId =
      (await touchIdentity(client, provider, identity)) ??
      (await adopt(client, request, settings.signupCap, provider, identity))
    const start = { userId, kind: 'web', isCookie, client: actor, identityProvider: provider } as const
    return { userId, session: await startSession(client, start) }
  })
}

/** Links an account to the user with its address, or to a new user. Returns the user's id. */
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
  const userId = known ?? (await signUp(client, request.actor, signupCap, email, identity))
  if (await addIdentity(client, request.actor, userId, provider, identity)) {
    if (known !== undefined) await notifyOfIdentity(client, request, userId, provider, identity)
    return userId
  }
  // Another request has linked the account meanwhile.
  const owner = await touchIdentity(client, provider, identity)
  if (owner === undefined) throw signupFailed('the account was unlinked in the meantime')
  return owner
}

async function signUp(
  client: Database,
  actor: Actor,
  signupCap: number | null,
  email: string,
  identity: ProvedIdentity,
): Promise<string> {
  const newUser = { email, name: nameOf(identity, email), signupCap }
  const made = await createAccount(client, actor, newUser).catch((cause: unknown) => {
    throw cause instanceof ApiError ? cause : signupFailed('of an internal error', cause)
  })
  if (made !== 'taken') return made.userId
  const userId = await findUserByEmail(client, email)
  if (userId === undefined) throw signupFailed('its address was briefly in use')
  return userId
}

function nameOf({ name }: ProvedIdentity, email: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression removes them
  const shown = (name ?? '').replace(/[\u0000-\u001f\u007f]+/g, ' ').trim()
  return Array.from(shown || email.slice(0, email.lastIndexOf('@')))
    .slice(0, longestName)
    .join('')
}

function signupFailed(why: string, cause?: unknown): Error {
  return apiError('signup_failed', `The account could not be created, because ${why}. Try again.`, { cause })
}
