/**
 * A double of Google's sign-in on loopback, for tests: an OpenID provider (oidc-provider, certified
 * by the OpenID Foundation) with the claims and client authentication of
 * https://developers.google.com/identity/openid-connect/openid-connect.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider, { type Configuration } from 'oidc-provider'
import { type Misbehaviour, makeMood, misbehave } from '../misbehaviour.ts'
import { playBrowser } from './play-browser.ts'

/** An account, as its claims describe it. */
export interface GoogleAccount {
  readonly sub: string
  email: string
  email_verified: boolean
  name: string
}

export interface Google {
  readonly url: string
  /** Settings of a server that uses this Google. */
  readonly environment: Readonly<Record<string, string>>
  addAccount(facts: GoogleAccount): GoogleAccount
  /** Adds misbehaviour for the next matching requests. */
  misbehave(misbehaviour: Misbehaviour): void
  /** Changes claims of ID tokens in transit, without the signing key; null ends that. */
  tamper(change: Tamper | null): void
  /**
   * Plays a person's browser at an authorize URL. Returns the address to which Google sends it
   * back.
   */
  authorize(authorizeUrl: string, sub: string, options?: { readonly deny?: boolean }): Promise<URL>
  stop(): Promise<void>
}

export interface GoogleOptions {
  /** Allowed return addresses, compared exactly. */
  readonly redirectUris: readonly string[]
}

const clientId = '0123456789-harmont.apps.googleusercontent.com'
const clientSecret = 'GOCSPX-the-client-secret-of-tests'

type Tamper = (claims: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>

export async function startGoogle({ redirectUris }: GoogleOptions): Promise<Google> {
  const accounts = new Map<string, GoogleAccount>()
  const mood = makeMood()
  let tamper: Tamper | null = null
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(url, configuration(accounts, redirectUris))
  const answerAsProvider = provider.callback()

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', url)
    const odd = mood.take(`${request.method} ${pathname}`)
    if (odd !== undefined) return misbehave(odd, response)
    if (tamper !== null && pathname === '/token') changeToken(response, tamper)
    if (!pathname.startsWith('/interaction/')) return answerAsProvider(request, response)
    // The page on which a person chooses an account and consents. The test's browser says who it
    // is.
    const { prompt, params, session } = await provider.interactionDetails(request, response)
    const sub = String(request.headers['x-test-person'])
    const isDenied = request.headers['x-test-deny'] !== undefined
    const result = isDenied
      ? { error: 'access_denied', error_description: 'The user did not consent' }
      : prompt.name === 'login'
        ? { login: { accountId: sub } }
        : { consent: { grantId: await agree(provider, session?.accountId ?? sub, String(params.client_id)) } }
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: !isDenied })
  }

  return {
    url,
    environment: {
      HARMONT_GOOGLE_CLIENT_ID: clientId,
      HARMONT_GOOGLE_CLIENT_SECRET: clientSecret,
      HARMONT_GOOGLE_URL: url,
    },
    addAccount(facts) {
      accounts.set(facts.sub, facts)
      return facts
    },
    tamper(change) {
      tamper = change
    },
    misbehave: (misbehaviour) => mood.add(misbehaviour),
    authorize: (authorizeUrl, sub, options = {}) => playBrowser(url, authorizeUrl, sub, options),
    stop: () => stop(server),
  }
}

/** Makes the answer of the token endpoint carry other claims under the old signature. */
function changeToken(response: ServerResponse, tamper: Tamper): void {
  const end = response.end.bind(response) as (text: string) => ServerResponse
  response.end = ((text: string) => {
    const answer = JSON.parse(text) as { id_token: string }
    const [head = '', payload = '', signature = ''] = answer.id_token.split('.')
    const claims = tamper(JSON.parse(Buffer.from(payload, 'base64url').toString()))
    const changed = Buffer.from(JSON.stringify(claims)).toString('base64url')
    const body = JSON.stringify({ ...answer, id_token: `${head}.${changed}.${signature}` })
    response.setHeader('content-length', Buffer.byteLength(body))
    return end(body)
  }) as typeof response.end
}

function configuration(accounts: ReadonlyMap<string, GoogleAccount>, redirectUris: readonly string[]): Configuration {
  return {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [...redirectUris],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    // Google puts them into the ID token, whatever else is asked for.
    conformIdTokenClaims: false,
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    // Google accepts requests without a challenge, and checks one that is there.
    pkce: { required: () => false },
    findAccount: (_, sub) => {
      const account = accounts.get(sub)
      return account && { accountId: sub, claims: () => ({ ...account }) }
    },
    cookies: { keys: ['the-cookie-key-of-tests'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    ttl: { AuthorizationCode: 600, IdToken: 3600, AccessToken: 3600, Interaction: 600, Session: 600, Grant: 600 },
  }
}

async function agree(provider: Provider, accountId: string, clientId: string): Promise<string> {
  const grant = new provider.Grant({ accountId, clientId })
  grant.addOIDCScope('openid email profile')
  return grant.save()
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}
