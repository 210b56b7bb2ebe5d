/** Sign-in by redirects from this server's own pages to the provider and back (`http.md` 3.5). */
import { createHash } from 'node:crypto'
import type { Actor } from '../../platform/audit/record-audit.ts'
import { openOrNull, type Sealer } from '../../platform/encryption/seal.ts'
import { hashToken, newToken } from '../../platform/encryption/token.ts'
import { ApiError, apiError, type Caller, type Client } from '../../platform/http/index.ts'
import { authenticate } from '../access/authenticate.ts'
import type { OAuthServices } from '../services.ts'
import { countAttempt } from '../sessions/sign-in.ts'
import { browserCookie, insertState, type OAuthState, takeState } from './flow-state.ts'
import { identify } from './identify.ts'
import { type IdentityProvider, IdentityUnavailable } from './identity-provider.ts'
import { linkIdentity } from './link-identity.ts'
import { callbackUri } from './redirect-uris.ts'
import { signInWithIdentity } from './sign-in.ts'

export interface Browser {
  readonly actor: Actor
  readonly client: Client
  readonly cookie: (name: string) => string | null
  /** Whether the request comes from a page of another site. */
  readonly isFromElsewhere: boolean
}

/** A redirect of the browser, with its cookies. */
export interface Redirection {
  readonly location: string
  readonly cookies: string[]
}

interface FlowOptions {
  /** A path that `readRedirectPath` returned. */
  readonly redirect: string
  readonly link: boolean
}

/**
 * Redirects a browser to a provider. Linking an account requires a signed-in user; otherwise the
 * browser is sent to the login page.
 */
export async function startFlow(
  services: OAuthServices,
  provider: IdentityProvider,
  browser: Browser,
  { redirect, link }: FlowOptions,
): Promise<Redirection> {
  const { pool, settings, limiter, sealer } = services
  await limiter.take('challenges_address', browser.client.address)
  // Otherwise any page could link an account of its choice to its visitor's account.
  if (link && browser.isFromElsewhere) return failure(settings.publicUrl, 'csrf_failed', redirect)
  const caller = link ? await sessionOf(services, browser) : null
  if (link && caller === null) return failure(settings.publicUrl, 'unauthorized', redirect)
  const state = newToken()
  const verifier = newToken()
  const nonce = newToken()
  const cookie = newToken()
  const stateHash = hashToken(state)
  const authorization = {
    redirectUri: callbackUri(settings.publicUrl, provider.name),
    state,
    codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
    nonce,
  }
  let url: URL
  try {
    url = await provider.authorizeUrl(authorization)
  } catch (error) {
    if (!(error instanceof IdentityUnavailable)) throw error
    return failure(settings.publicUrl, 'oauth_provider_error', redirect)
  }
  await insertState(pool, {
    state_hash: stateHash,
    provider: provider.name,
    browser_hash: hashToken(cookie),
    verifier: sealer.seal(placeOf(stateHash), verifier),
    nonce,
    redirect,
    link_user_id: caller?.userId ?? null,
  })
  return { location: url.href, cookies: [browserCookie(settings.publicUrl).set(cookie)] }
}

export interface CameBack {
  readonly state: string | undefined
  /** Absent if the provider or the user refused. */
  readonly code: string | undefined
}

/**
 * Receives a browser that returns from a provider. The login page shows the reason for a failure.
 */
export async function finishFlow(
  services: OAuthServices,
  provider: IdentityProvider,
  browser: Browser,
  { state, code }: CameBack,
): Promise<Redirection> {
  const { publicUrl } = services.settings
  const cookie = browserCookie(publicUrl)
  let row: OAuthState | undefined
  try {
    await countAttempt(services.limiter, 'sign_in_address', browser.client.address)
    row = await requireState(services, provider, browser.cookie(cookie.name), state)
    const cookies = await enter(services, provider, browser, row, code)
    // Percent-encoded, because a header contains only ASCII.
    return { location: new URL(publicUrl + row.redirect).href, cookies: [cookie.clear(), ...cookies] }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const { location } = failure(publicUrl, error.code, row?.redirect ?? '/')
    return { location, cookies: [cookie.clear()] }
  }
}

async function requireState(
  { pool }: OAuthServices,
  provider: IdentityProvider,
  cookie: string | null,
  state: string | undefined,
): Promise<OAuthState> {
  const row = state === undefined ? undefined : await takeState(pool, hashToken(state))
  return row?.provider === provider.name && cookie !== null && row.browser_hash === hashToken(cookie)
    ? row
    : Promise.reject(stateInvalid())
}

/** Signs in, or links the account to the signed-in user. Returns the cookies of a new session. */
async function enter(
  services: OAuthServices,
  provider: IdentityProvider,
  browser: Browser,
  row: OAuthState,
  code: string | undefined,
): Promise<string[]> {
  const { pool, settings, sealer, sessionCookies } = services
  const linkTo = row.link_user_id
  if (linkTo !== null && (await sessionOf(services, browser))?.userId !== linkTo) throw stateInvalid()
  if (code === undefined)
    throw apiError('oauth_provider_error', 'The provider sent no code: access may have been denied.')
  const identity = await identify(services, provider, browser.client.address, {
    code,
    redirectUri: callbackUri(settings.publicUrl, provider.name),
    codeVerifier: openVerifier(sealer, row),
    nonce: row.nonce,
  })
  const { actor } = browser
  if (linkTo !== null) {
    await linkIdentity(pool, { actor, publicUrl: settings.publicUrl }, linkTo, provider.name, identity)
    return []
  }
  const { session } = await signInWithIdentity(services, { actor, isCookie: true }, provider.name, identity)
  return sessionCookies.set(session)
}

/** Returns the user who is signed in with this browser. */
async function sessionOf({ pool, sessionCookies }: OAuthServices, browser: Browser): Promise<Caller | null> {
  const token = browser.cookie(sessionCookies.name)
  return token === null ? null : authenticate(pool, { token, isCookie: true })
}

function failure(publicUrl: string, code: string, redirect: string): Redirection {
  const query = new URLSearchParams({ error: code, ...(redirect === '/' ? {} : { redirect }) })
  return { location: `${publicUrl}/login?${query}`, cookies: [] }
}

/** Decrypts the PKCE verifier. Throws for a sign-in from before a change of the encryption key. */
function openVerifier(sealer: Sealer, { state_hash, verifier }: OAuthState): string {
  const opened = openOrNull(sealer, placeOf(state_hash), verifier)
  if (opened === null) throw stateInvalid()
  return opened
}

function stateInvalid(): Error {
  return apiError(
    'oauth_state_invalid',
    'This sign-in is unknown, used, older than ten minutes, or was started elsewhere. Start it again.',
  )
}

const placeOf = (stateHash: string) => `oauth_state/${stateHash}`
