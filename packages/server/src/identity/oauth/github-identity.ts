import { Octokit } from '@octokit/core'
import {
  allowInsecureRequests,
  buildAuthorizationUrl,
  ClientSecretPost,
  Configuration,
  customFetch,
} from 'openid-client'
import { ForgeRefused, ForgeUnavailable, isHidden } from '../../platform/outbound/forge-errors.ts'
import { apiOptions } from '../../platform/outbound/github-options.ts'
import { translateFailure } from '../../platform/outbound/translate-github-failure.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import { askProvider, exchangeCode } from './exchange-code.ts'
import {
  type IdentityProvider,
  IdentityRefused,
  IdentityUnavailable,
  type ProvedIdentity,
} from './identity-provider.ts'

type GithubSettings = Pick<
  Settings,
  'githubClientId' | 'githubClientSecret' | 'githubUrl' | 'githubApiUrl' | 'outsideTimeoutSeconds'
>

/** Opens sign-in with GitHub; null when it is not configured. The access token is not stored. */
export function githubIdentities(settings: GithubSettings): IdentityProvider | null {
  const { githubClientId, githubClientSecret, githubUrl, outsideTimeoutSeconds } = settings
  if (githubClientId === null || githubClientSecret === null) return null
  const metadata = {
    issuer: githubUrl,
    authorization_endpoint: `${githubUrl}/login/oauth/authorize`,
    token_endpoint: `${githubUrl}/login/oauth/access_token`,
  }
  const config = new Configuration(metadata, githubClientId, {}, ClientSecretPost(githubClientSecret))
  const ask = askProvider(outsideTimeoutSeconds)
  config[customFetch] = async (url, options) => withErrorStatus(await ask(url, options))
  // Allows plain http only for an `http:` URL in the settings: GitHub itself uses https.
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
    async identify(back) {
      const { access_token: auth } = await exchangeCode(config, 'GitHub', back)
      return readIdentity(new Octokit({ ...apiOptions(settings), auth }))
    },
  }
}

/**
 * Translates GitHub's refusal of a code, which has status 200, into the 400 of OAuth (RFC 6749,
 * 5.2).
 */
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
    return false // the OAuth library refuses what is not JSON
  }
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

/**
 * Returns the primary address if it is verified. Returns null for an App that may not read
 * addresses: linked accounts need none.
 */
async function readEmail(request: Octokit['request']): Promise<string | null> {
  try {
    const { data: emails } = await request('GET /user/emails', { per_page: 100 })
    return emails.find((each) => each.primary && each.verified)?.email ?? null
  } catch (error) {
    const cause = translateFailure(error)
    if (isHidden(cause)) return null
    throw error
  }
}
