import { actorOf } from '../../platform/audit/record-audit.ts'
import { apiError, type HandleContext, type Handlers, operation } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import type { OAuthServices } from '../services.ts'
import { answerSignIn, countAttempt, signInRequest } from '../sessions/sign-in.ts'
import { identify } from './identify.ts'
import {
  type IdentityProvider,
  type IdentityProviderName,
  providerTitles,
  readProviderName,
} from './identity-provider.ts'
import { listIdentitiesOf } from './identity-store.ts'
import { unlinkIdentity } from './link-identity.ts'
import { readRedirectPath, requireRedirectUri } from './redirect-uris.ts'
import { type Browser, finishFlow, type Redirection, startFlow } from './server-flow.ts'
import { signInWithIdentity } from './sign-in.ts'

type Context = Pick<HandleContext<'startOAuth', null>, 'client' | 'cookie' | 'header' | 'requestId'>
type PopupContext = HandleContext<'authGoogle' | 'authGithub', null>
type OAuthOperation = 'authGoogle' | 'authGithub' | 'startOAuth' | 'finishOAuth' | 'listIdentities' | 'unlinkIdentity'

/** Signing in with accounts at identity providers, and the caller's linked accounts. */
export function oauthRoutes(services: OAuthServices): Pick<Handlers, OAuthOperation> {
  const { pool, sessionCookies } = services
  return {
    authGoogle: operation('authGoogle', (context) => popup(services, 'google', context)),
    authGithub: operation('authGithub', (context) => popup(services, 'github', context)),
    startOAuth: operation('startOAuth', async (context) => {
      const { params, query } = context
      const provider = requireProvider(services, providerOf(params.provider))
      const path = readRedirectPath(query.redirect ?? '/')
      if (path === undefined)
        throw apiError('query_invalid', '`redirect` must be a path of this server: one `/` first, and no `\\`.', {
          errors: [{ field: 'redirect', message: 'must be a path of this server' }],
        })
      return redirect(
        await startFlow(services, provider, browserOf(context), { redirect: path, link: query.link === 'true' }),
      )
    }),
    finishOAuth: operation('finishOAuth', async (context) => {
      const { params, query } = context
      const provider = requireProvider(services, providerOf(params.provider))
      return redirect(
        await finishFlow(services, provider, browserOf(context), { state: query.state, code: query.code }),
      )
    }),
    listIdentities: operation('listIdentities', async ({ caller }) => {
      const rows = await listIdentitiesOf(pool, caller.userId)
      const identities = rows.map((row) => ({ ...row, created_at: formatInstant(row.created_at) }))
      return { status: 200, body: { identities } }
    }),
    unlinkIdentity: operation('unlinkIdentity', async (context) => {
      const { caller, params } = context
      const ended = await unlinkIdentity(pool, actorOf(context), caller.userId, params.provider)
      const isOver = ended.includes(caller.credentialId)
      return { status: 204, ...(isOver ? { headers: { 'set-cookie': sessionCookies.clear() } } : {}) }
    }),
  }
}

/** Completes the popup flow. The page that began it has checked its own `state`. */
async function popup(services: OAuthServices, name: IdentityProviderName, context: PopupContext) {
  const { client, body } = context
  const request = signInRequest(services, context)
  const provider = requireProvider(services, name)
  requireRedirectUri(services.settings, body.redirect_uri)
  await countAttempt(services.limiter, 'sign_in_address', client.address)
  const identity = await identify(services, provider, client.address, {
    code: body.code,
    redirectUri: body.redirect_uri,
    codeVerifier: body.code_verifier ?? null,
    nonce: null,
  })
  return answerSignIn(services, await signInWithIdentity(services, request, provider.name, identity))
}

function providerOf(text: string): IdentityProviderName {
  const name = readProviderName(text)
  if (name === undefined) throw apiError('route_not_found', 'The identity providers are `google` and `github`.')
  return name
}

function requireProvider({ identityProviders }: OAuthServices, name: IdentityProviderName): IdentityProvider {
  const provider = identityProviders.get(name)
  if (provider !== undefined) return provider
  throw apiError('oauth_not_configured', `This server is not set up for sign-in with ${providerTitles[name]}.`)
}

function browserOf(context: Context): Browser {
  const { client, cookie, header } = context
  return { actor: actorOf(context), client, cookie, isFromElsewhere: header('sec-fetch-site') === 'cross-site' }
}

function redirect({ location, cookies }: Redirection) {
  return { status: 302, headers: { location, 'set-cookie': cookies } } as const
}
