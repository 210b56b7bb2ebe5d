import { Octokit } from '@octokit/core'
import {
  allowInsecureRequests,
  buildAuthorizationUrl,
  ClientSecretPost,
  Configuration,
  customFetch,
  genericGrantRequest,
  ResponseBodyError,
} from 'openid-client'
import { ForgeRefused, ForgeUnavailable } from '../forges/errors.ts'
import { apiOptions, boundedFetch } from '../github/api-options.ts'
import type { GithubRequest } from '../github/app-client.ts'
import { translateFailure } from '../github/translate-failure.ts'
import type { Settings } from '../settings/read-settings.ts'
import {
  type IdentityProvider,
  IdentityRefused,
  IdentityUnavailable,
  type ProvedIdentity,
} from './identity-provider.ts'

type GithubSettings = Pick<Settings, 'githubClientId' | 'githubClientSecret' | 'githubUrl' | 'githubApiUrl'>

/** Sign-in with GitHub; null when the operator has not set it up. The token is used here and forgotten. */
export function githubIdentities(settings: GithubSettings): IdentityProvider | null {
  const { githubClientId, githubClientSecret, githubUrl, githubApiUrl } = settings
  if (githubClientId === null || githubClientSecret === null) return null
  const metadata = {
    issuer: githubUrl,
    authorization_endpoint: `${githubUrl}/login/oauth/authorize`,
    token_endpoint: `${githubUrl}/login/oauth/access_token`,
  }
  const config = new Configuration(metadata, githubClientId, {}, ClientSecretPost(githubClientSecret))
  config[customFetch] = async (url, { method, headers, body, redirect, signal }) =>
    withErrorStatus(await boundedFetch(url, { method, headers, body: body ?? null, redirect, signal: signal ?? null }))
  // Only where the operator says so: GitHub itself is https.
  if (githubUrl.startsWith('http:')) allowInsecureRequests(config)
  return {
    name: 'github',
    authorizeUrl: async ({ redirectUri, state, codeChallenge }) =>
      buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        state,
        scope: 'read:user user:email',
        code_challenge: codeChallenge,
        code_challenge_method: 'S256',
      }),
    async identify({ code, redirectUri, codeVerifier }) {
      const token = await exchange(config, {
        code,
        ...(redirectUri === null ? {} : { redirect_uri: redirectUri }),
        ...(codeVerifier === null ? {} : { code_verifier: codeVerifier }),
      })
      return readIdentity(new Octokit({ ...apiOptions(githubApiUrl), auth: token }))
    },
  }
}

async function exchange(config: Configuration, parameters: Record<string, string>): Promise<string> {
  try {
    return (await genericGrantRequest(config, 'authorization_code', parameters)).access_token
  } catch (error) {
    throw translateGrant(error)
  }
}

/** GitHub says with status 200 that a code is wrong, where OAuth (RFC 6749, 5.2) has 400. */
async function withErrorStatus(response: Response): Promise<Response> {
  if (!response.ok) return response
  const text = await response.text()
  const { headers, status } = response
  return new Response(text, { headers, status: isRefusal(text) ? 400 : status })
}

function isRefusal(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'error' in value
  } catch {
    return false // what is not JSON is for the client to refuse
  }
}

function translateGrant(cause: unknown): unknown {
  if (cause instanceof ResponseBodyError)
    return new IdentityRefused(`GitHub refused the code: ${cause.error}.`, { cause })
  return new IdentityUnavailable('GitHub did not answer as it should.', { cause })
}

async function readIdentity({ request }: Octokit): Promise<ProvedIdentity> {
  try {
    const { data: user } = await request('GET /user')
    return { subject: String(user.id), name: user.name || user.login, email: await readEmail(request) }
  } catch (error) {
    const cause = translateFailure(error)
    if (cause instanceof ForgeUnavailable) throw new IdentityUnavailable(cause.message, { cause })
    if (cause instanceof ForgeRefused) throw new IdentityRefused(cause.message, { cause })
    throw cause
  }
}

/** The primary address, if it is verified. An App that may not see addresses sees none; whom we know can sign in all the same. */
async function readEmail(request: GithubRequest): Promise<string | null> {
  try {
    const { data: emails } = await request('GET /user/emails', { per_page: 100 })
    return emails.find((each) => each.primary && each.verified)?.email ?? null
  } catch (error) {
    const cause = translateFailure(error)
    if (cause instanceof ForgeRefused && (cause.status === 403 || cause.status === 404)) return null
    throw error
  }
}
