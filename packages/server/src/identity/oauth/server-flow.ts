/** Sign-in of our own pages: the server sends the browser to the provider and takes it back (`http.md` 3.5). */
import { createHash, randomBytes } from 'node:crypto'
import type { Actor } from '../../platform/audit/record-audit.ts'
import { CannotOpen, type Sealer } from '../../platform/encryption/seal.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import { ApiError, apiError, type Caller, type Client } from '../../platform/http/index.ts'
import { authenticate } from '../access/authenticate.ts'
import { browserCookie } from './browser-cookie.ts'
import { countSignIn, identify } from './identify.ts'
import { type IdentityProvider, IdentityUnavailable } from './identity-provider.ts'
import { linkIdentity } from './link-identity.ts'
import { callbackUri } from './redirect-uris.ts'
import type { OAuthServices } from './services.ts'
import { signInWithIdentity } from './sign-in.ts'
import { insertState, type OAuthState, takeState } from './state-store.ts'

export interface Browser {
  readonly actor: Actor
  readonly client: Client
  readonly cookie: (name: string) => string | null
  /** Another site's page led here. */
  readonly isFromElsewhere: boolean
}

/** Where the browser goes, and with which cookies. */
export interface Leaving {
  readonly location: string
  readonly cookies: string[]
}

interface Wish {
  /** A path that `readRedirectPath` gave. */
  readonly redirect: string
  readonly link: boolean
}

/** Sends a browser to a provider. To link an account its user must be signed in; if not, it goes to the login page. */
export async function startFlow(
  services: OAuthServices,
  provider: IdentityProvider,
  browser: Browser,
  { redirect, link }: Wish,
): Promise<Leaving> {
  const { pool, settings, limiter, sealer } = services
  await limiter.take('challenges_address', browser.client.address)
  // Any page could have a user's account linked that way.
  if (link && browser.isFromElsewhere) return failure(settings.publicUrl, 'csrf_failed', redirect)
  const caller = link ? await sessionOf(services, browser) : null
  if (link && caller === null) return failure(settings.publicUrl, 'unauthorized', redirect)
  const state = secret()
  const verifier = secret()
  const nonce = secret()
  const cookie = secret()
  const stateHash = hashToken(state)
  const wish = {
    redirectUri: callbackUri(settings.publicUrl, provider.name),
    state,
    codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
    nonce,
  }
  let url: URL
  try {
    url = await provider.authorizeUrl(wish)
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
  /** Absent when the provider or its user said no. */
  readonly code: string | undefined
}

/** Takes a browser back from a provider. Whatever goes wrong is told by the login page. */
export async function finishFlow(
  services: OAuthServices,
  provider: IdentityProvider,
  browser: Browser,
  { state, code }: CameBack,
): Promise<Leaving> {
  const { publicUrl } = services.settings
  const cookie = browserCookie(publicUrl)
  let row: OAuthState | undefined
  try {
    await countSignIn(services, browser.client.address)
    row = await requireState(services, provider, browser.cookie(cookie.name), state)
    const cookies = await enter(services, provider, browser, row, code)
    // Encoded: a header holds no other characters than those of ASCII.
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

/** Signs in, or links to whom is signed in; gives the cookies of a new session. */
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
  const { actor, client } = browser
  if (linkTo !== null) {
    const request = { actor: { ...actor, userId: linkTo }, client, publicUrl: settings.publicUrl }
    await linkIdentity(pool, request, linkTo, provider.name, identity)
    return []
  }
  const { session } = await signInWithIdentity(services, { actor, client, isCookie: true }, provider.name, identity)
  return sessionCookies.set(session)
}

/** Who is signed in with this browser. */
async function sessionOf({ pool, sessionCookies }: OAuthServices, browser: Browser): Promise<Caller | null> {
  const token = browser.cookie(sessionCookies.name)
  return token === null ? null : authenticate(pool, { token, isCookie: true })
}

function failure(publicUrl: string, code: string, redirect: string): Leaving {
  const query = new URLSearchParams({ error: code, ...(redirect === '/' ? {} : { redirect }) })
  return { location: `${publicUrl}/login?${query}`, cookies: [] }
}

/** A sign-in that was begun before the encryption key was another one has to begin anew. */
function openVerifier(sealer: Sealer, { state_hash, verifier }: OAuthState): string {
  try {
    return sealer.open(placeOf(state_hash), verifier)
  } catch (error) {
    throw error instanceof CannotOpen ? stateInvalid() : error
  }
}

function stateInvalid(): Error {
  return apiError(
    'oauth_state_invalid',
    'This sign-in is unknown, used, older than ten minutes, or was started elsewhere. Start it again.',
  )
}

const secret = () => randomBytes(32).toString('base64url')
const placeOf = (stateHash: string) => `oauth_state/${stateHash}`
